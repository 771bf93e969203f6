import { defineError } from '../base/index.js'

export const configMissing = defineError<{ path: string }>(
  'PIPELINE_CONFIG_MISSING',
  'usage',
  ({ path }) => `${path} must be a config file; found none; run \`widedeep init\` to write one, or pass --config`,
)

export const configUnreadable = defineError<{ path: string; reason: string }>(
  'PIPELINE_CONFIG_UNREADABLE',
  'usage',
  ({ path, reason }) =>
    `${path} must be TypeScript or JavaScript with a default export made by defineConfig; got ${reason}`,
)

export const configInvalid = defineError<{ path: string; lines: readonly string[] }>(
  'PIPELINE_CONFIG_INVALID',
  'usage',
  ({ path, lines }) => `${path} has ${String(lines.length)} fault(s):\n  ${lines.join('\n  ')}`,
)

export const interrupted = defineError<{ directory: string; config: string }>(
  'PIPELINE_TRAINING_INTERRUPTED',
  'environment',
  ({ directory, config }) =>
    `training was stopped and a checkpoint is kept; resume with: widedeep train --config ${config} --resume ${directory}`,
)

export const resumeNothing = defineError<{ directory: string }>(
  'PIPELINE_RESUME_NOTHING',
  'usage',
  ({ directory }) =>
    `--resume must name the directory of a run that has checkpoints; ${directory} has none; leave --resume out to start anew`,
)

export const resumeDataChanged = defineError<{ directory: string }>(
  'PIPELINE_RESUME_DATA_CHANGED',
  'usage',
  ({ directory }) =>
    `the run in ${directory} must be resumed with the data and config it began with; they differ now; start a new run, or bring the old ones back`,
)

export const userUnknown = defineError<{ user: string }>(
  'PIPELINE_USER_UNKNOWN',
  'usage',
  ({ user }) =>
    `user "${user}" must be one of the prepared data for a list without features; it was never seen; pass --features '{"…": …}' to rank for a new user`,
)

export const itemUnknown = defineError<{ item: string; hint: string }>(
  'PIPELINE_ITEM_UNKNOWN',
  'usage',
  ({ item, hint }) => `--item must be the key of an item of the bundle; got "${item}"; ${hint}`,
)

export const keysMissing = defineError<{ need: string }>(
  'PIPELINE_KEYS_MISSING',
  'usage',
  ({ need }) => `data.${need} must name the key column for recommend; it is not set in the config`,
)

export const fileExists = defineError<{ path: string }>(
  'PIPELINE_FILE_EXISTS',
  'usage',
  ({ path }) => `${path} must not exist yet; it does; remove it or pass another --config`,
)

export const partUnknown = defineError<{ part: string }>(
  'PIPELINE_PART_UNKNOWN',
  'usage',
  ({ part }) => `--part must be wide, deep or both; got "${part}"`,
)

export const metricUnknown = defineError<{ asked: string; metric: string; hint: string }>(
  'PIPELINE_METRIC_UNKNOWN',
  'usage',
  ({ asked, metric, hint }) => `${asked} must be a metric that models are better or worse by; got "${metric}"; ${hint}`,
)

export const comparePartUnknown = defineError<{ part: string; known: string }>(
  'PIPELINE_COMPARE_PART_UNKNOWN',
  'usage',
  ({ part, known }) => `--parts must be some of ${known}; got "${part}"`,
)

export const comparePairInvalid = defineError<{ columns: string; reason: string }>(
  'PIPELINE_COMPARE_PAIR_INVALID',
  'usage',
  ({ columns, reason }) =>
    `--pairs must be two categorical features of the first config, such as user,item; got ${columns}; ${reason}`,
)

export const compareRowsDiffer = defineError<{ split: string; first: string; other: string }>(
  'PIPELINE_COMPARE_ROWS_DIFFER',
  'usage',
  ({ split, first, other }) =>
    `configs must have the same rows in the ${split} split to be compared; labels or weights of ${other} differ from those of ${first}; give both the same data, label and split`,
)

export const compareSplitEmpty = defineError<{ split: string }>(
  'PIPELINE_COMPARE_SPLIT_EMPTY',
  'usage',
  ({ split }) => `--split must be validation or test, and have rows; ${split} has none`,
)

export const compareInterrupted = defineError<{ directory: string }>(
  'PIPELINE_COMPARE_INTERRUPTED',
  'environment',
  ({ directory }) =>
    `the comparison was stopped; finished runs and a checkpoint are kept in ${directory}; the same command goes on from there`,
)

export const outputExists = defineError<{ path: string }>(
  'PIPELINE_OUTPUT_EXISTS',
  'usage',
  ({ path }) =>
    `--out must name a directory that is not there yet, since no bundle is ever changed; ${path} exists; name another`,
)

export const probabilitiesMissing = defineError<{ head: string; need: string }>(
  'PIPELINE_PROBABILITIES_MISSING',
  'usage',
  ({ head, need }) => `${need} must have a bundle whose scores are probabilities; its head is ${head}`,
)

export const segmentUnknown = defineError<{ column: string; hint: string }>(
  'PIPELINE_SEGMENT_UNKNOWN',
  'usage',
  ({ column, hint }) =>
    `--by must name a feature that has ids, the user or the item column, or with --data any column of the files; got "${column}"; ${hint}`,
)

export const headNotBinary = defineError<{ head: string }>(
  'PIPELINE_HEAD_NOT_BINARY',
  'usage',
  ({ head }) => `model.head must be binary for crosses to be proposed, by their gain in log loss; got ${head}`,
)

export const validationMissing = defineError<{ split: string }>(
  'PIPELINE_VALIDATION_MISSING',
  'data',
  ({ split }) =>
    `the ${split} split must have rows for crosses to be measured on; it has none; set validation in data.split, or data.validation`,
)

export const bundleForeign = defineError<{ bundle: string; column: string }>(
  'PIPELINE_BUNDLE_FOREIGN',
  'usage',
  ({ bundle, column }) =>
    `the bundle ${bundle} must come from the data and columns of this config; ${column} differs; train again, or leave --bundle out`,
)

export const crossesNegatives = defineError<{ key: string }>(
  'PIPELINE_CROSSES_NEGATIVES',
  'usage',
  ({ key }) =>
    `${key} must not be set for crosses to be proposed: validation rows are positive only, and have no log loss to gain; choose crosses by training with and without them`,
)

export const rankingUndefined = defineError<{ classes: readonly string[] }>(
  'PIPELINE_RANKING_UNDEFINED',
  'usage',
  ({ classes }) =>
    `data.label.positiveLabel must name the class to rank items by; got nothing, and the classes ${classes.slice(0, 3).join(', ')}${classes.length > 3 ? ', …' : ''} are no numbers to take the mean of; add it to the config and train again`,
)

export const dryRunFailed = defineError<{ version: number; verdict: string; reasons: readonly string[] }>(
  'PIPELINE_DRY_RUN_FAILED',
  'notBlessed',
  ({ version, verdict, reasons }) =>
    `version ${String(version)} must pass its dry run to be promoted; got ${verdict}: ${reasons.join('; ')}; the champion stays; train again`,
)

export const mlflowRefused = defineError<{ server: string; path: string; got: string }>(
  'PIPELINE_MLFLOW_REFUSED',
  'environment',
  ({ server, path, got }) =>
    `${server} must be an MLflow tracking server that takes ${path}; got ${got}; see --server, and MLFLOW_TRACKING_TOKEN where it asks who you are`,
)

export const warmStartStateless = defineError<{ directory: string }>(
  'PIPELINE_WARM_START_STATELESS',
  'usage',
  ({ directory }) =>
    `--warm-start must name a bundle with training-state/; ${directory} has none; take the bundle as training wrote it, or train without`,
)

export const warmStartOtherLabel = defineError<{ expected: string; got: string }>(
  'PIPELINE_WARM_START_OTHER_LABEL',
  'usage',
  ({ expected, got }) =>
    `--warm-start must name a bundle that learned the same label (${expected}); it learned ${got}; train without --warm-start`,
)

export const gateForeign = defineError<{ what: string; expected: string; got: string }>(
  'PIPELINE_GATE_FOREIGN',
  'usage',
  ({ what, expected, got }) =>
    `--champion and --challenger must answer the same question: the ${what} of the challenger is ${expected}; got ${got} of the champion; compare bundles of one label and one set of rows`,
)

export const gateRowsMissing = defineError<{ source: string }>(
  'PIPELINE_GATE_ROWS_MISSING',
  'data',
  ({ source }) => `the gate must have rows to compare on; ${source} has none; name labelled files with --data`,
)

export const retrainLocked = defineError<{ path: string; holder: string }>(
  'PIPELINE_RETRAIN_LOCKED',
  'environment',
  ({ path, holder }) =>
    `one retraining job may run at a time; ${path} is held by ${holder}; wait for it, or remove the file when that process is no more`,
)

export const eventsMissing = defineError<{ directory: string }>(
  'PIPELINE_EVENTS_MISSING',
  'usage',
  ({ directory }) =>
    `${directory} must have an event log; name with --state the directory that widedeep serve was given`,
)
