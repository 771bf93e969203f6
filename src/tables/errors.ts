import { defineError } from '../base/index.js'

export const kernelsMissing = defineError<{ path: string }>(
  'TABLES_KERNELS_MISSING',
  'environment',
  ({ path }) =>
    `${path} must hold the compiled kernels; found none; run \`npm run build\` in the checkout, or install the package again`,
)

export const memoryExceeded = defineError<{ wanted: number; used: number }>(
  'TABLES_MEMORY_EXCEEDED',
  'environment',
  ({ wanted, used }) =>
    `dense parameters and what a batch takes must fit in the 4 GiB of one memory beside the tables there; got ${megabytes(used)} in use and ${megabytes(wanted)} more asked for; lower the batch size or the width of the layers`,
)

export const everyStepTooLarge = defineError<{ table: string; size: number; limit: number }>(
  'TABLES_EVERY_STEP_TOO_LARGE',
  'usage',
  ({ table, size, limit }) =>
    `regularization "everyStep" must have tables of at most ${String(limit)} weights, as it updates all of them at each step; got ${String(size)} in ${table}; use "touched"`,
)

export const optimizerInvalid = defineError<{ issues: readonly string[] }>(
  'TABLES_OPTIMIZER_INVALID',
  'usage',
  ({ issues }) => `the optimizer has ${String(issues.length)} fault(s):\n  ${issues.join('\n  ')}`,
)

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
