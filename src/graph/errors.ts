import { defineError, shown } from '../base/index.js'

export const shapeMismatch = defineError<{ op: string; expected: string; got: readonly unknown[] }>(
  'GRAPH_SHAPE_MISMATCH',
  'usage',
  ({ op, expected, got }) =>
    `${op} must have ${expected}; got ${got.map(shown).join(' and ')}; check the layer sizes of the model`,
)

export const executorFailed = defineError<{ executor: string; reason: string }>(
  'GRAPH_EXECUTOR_FAILED',
  'environment',
  ({ executor, reason }) =>
    `the executor ${executor} must compile and run the model's graph; got: ${reason}; reinstall with \`npm ci\``,
)
