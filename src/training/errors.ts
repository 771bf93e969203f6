import { defineError } from '../base/index.js'

export const lossNotFinite = defineError<{ step: number; loss: number }>(
  'TRAINING_LOSS_NOT_FINITE',
  'data',
  ({ step, loss }) =>
    `the training loss must stay finite; got ${String(loss)} at step ${String(step)}; lower the learning rates (model.deep.optimizer.learningRate, model.wide.optimizer.learningRate) or look for extreme numeric features`,
)

export const checkpointForeign = defineError<{ directory: string; part: string; expected: string; got: string }>(
  'TRAINING_CHECKPOINT_FOREIGN',
  'usage',
  ({ directory, part, expected, got }) =>
    `the checkpoint in ${directory} must fit the model: ${part} must be ${expected}; got ${got}; the config or the data changed since; start a new run with another --out`,
)

export const trainingConfigInvalid = defineError<{ issues: readonly string[] }>(
  'TRAINING_CONFIG_INVALID',
  'usage',
  ({ issues }) => `the training settings have ${String(issues.length)} fault(s):\n  ${issues.join('\n  ')}`,
)

export const noTrainingRows = defineError<{ split: string }>(
  'TRAINING_NO_ROWS',
  'data',
  ({ split }) =>
    `the ${split} split must have at least one row; got none; check data.split and the files of data.examples`,
)

export const threadEnded = defineError<{ reason: string }>(
  'TRAINING_THREAD_ENDED',
  'environment',
  ({ reason }) =>
    `every training thread must stay alive; one ended: ${reason}; give training more memory, or fewer threads (training.threads); --resume goes on from the last checkpoint`,
)

export const trainingTooLarge = defineError<{
  wanted: number
  available: number
  weights: number
  optimizerState: number
}>(
  'TRAINING_TOO_LARGE',
  'environment',
  ({ wanted, available, weights, optimizerState }) =>
    `weights, optimizer state and buffers must fit in the free memory, ${megabytes(available)}; got ${megabytes(wanted)}, of which weights ${megabytes(weights)} and optimizer state ${megabytes(optimizerState)}; raise minCount, take smaller embeddings, fewer hash buckets or another optimizer`,
)

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
