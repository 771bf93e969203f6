import { defineError } from '../../base/index.js'

export const spaceMissing = defineError<{ path: string }>(
  'TUNE_SPACE_MISSING',
  'usage',
  ({ path }) =>
    `${path} must declare what to search; got no tune section; add for example tune: { space: { 'model.deep.dropout': range(0, 0.6) } }`,
)

export const validationMissing = defineError<{ path: string }>(
  'TUNE_VALIDATION_MISSING',
  'data',
  ({ path }) =>
    `trials are compared on a validation split, which must have rows; ${path} leaves none; set data.split.validation or data.validation`,
)

export const searchChanged = defineError<{ directory: string }>(
  'TUNE_SEARCH_CHANGED',
  'usage',
  ({ directory }) =>
    `the search in ${directory} must go on with the config, space, metric, seed and data it began with; they differ now; take another --out, or bring the old ones back`,
)

export const journalDamaged = defineError<{ path: string; line: number }>(
  'TUNE_JOURNAL_DAMAGED',
  'data',
  ({ path, line }) =>
    `every whole line of ${path} must be a JSON object of a search; line ${String(line)} is none; remove that line and those after it, or take another --out`,
)

export const searchInterrupted = defineError<{ directory: string }>(
  'TUNE_INTERRUPTED',
  'environment',
  ({ directory }) =>
    `the search was stopped; trials, values and checkpoints are kept in ${directory}; run the same command again to go on`,
)

export const allFailed = defineError<{ count: number; reason: string }>(
  'TUNE_ALL_TRIALS_FAILED',
  'data',
  ({ count, reason }) =>
    `a search must have a trial that ends with a value; all ${String(count)} failed; the first: ${reason}`,
)

export const workerFailed = defineError<{ reason: string }>(
  'TUNE_WORKER_FAILED',
  'environment',
  ({ reason }) =>
    `a worker process must run trials to their end; got ${reason}; what is done is kept: run the same command again to go on`,
)
