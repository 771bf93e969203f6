import { defineError } from '../base/index.js'

export const fileMissing = defineError<{ pattern: string; looked: readonly string[] }>(
  'DATA_FILE_MISSING',
  'data',
  ({ pattern, looked }) =>
    `"${pattern}" must name at least one file; none was found at ${looked.join(' or ')}; paths are relative to the config file, or to WIDEDEEP_DATA when it is set`,
)

export const fileEmpty = defineError<{ path: string }>(
  'DATA_FILE_EMPTY',
  'data',
  ({ path }) => `${path} must have at least one row; it is empty; remove it from the config or write it again`,
)

export const fileUnreadable = defineError<{ path: string; type: string; reason: string }>(
  'DATA_FILE_UNREADABLE',
  'data',
  ({ path, type, reason }) => `${path} must be readable as ${type}; got: ${reason}; check the file and data.format`,
)

export const columnMissing = defineError<{ lines: readonly string[]; files: string }>(
  'DATA_COLUMN_MISSING',
  'data',
  ({ lines, files }) => `${files} must have every column that the config names; missing:\n  ${lines.join('\n  ')}`,
)

export const rowsBad = defineError<{ count: number; total: number; limit: number; lines: readonly string[] }>(
  'DATA_ROWS_BAD',
  'data',
  ({ count, total, limit, lines }) =>
    `at most ${percent(limit)} of the rows may be bad; got ${String(count)} of ${String(total)} (${percent(count / total)}); the first:\n  ${lines.join('\n  ')}\nmend the files, or raise data.format.badRows`,
)

export const joinKeyDuplicate = defineError<{
  table: string
  key: string
  count: number
  offenders: readonly string[]
}>(
  'DATA_JOIN_KEY_DUPLICATE',
  'data',
  ({ table, key, count, offenders }) =>
    `${table} must have one row for each "${key}", or the join would multiply examples; got ${String(count)} keys with several rows; first: ${offenders.join(', ')}`,
)

export const labelInvalid = defineError<{ column: string; count: number; offenders: readonly string[]; need: string }>(
  'DATA_LABEL_INVALID',
  'data',
  ({ column, count, offenders, need }) =>
    `the label "${column}" must be ${need} in every row; got ${String(count)} other(s), first: ${offenders.join(', ')}; name the positive values with data.label.positive, or mend the rows`,
)

export const classesFew = defineError<{ column: string; classes: readonly string[] }>(
  'DATA_LABEL_CLASSES_FEW',
  'data',
  ({ column, classes }) =>
    `the label "${column}" must have at least two classes in the training split; got ${classes.length === 0 ? 'none' : JSON.stringify(classes[0])}; name the classes with data.label.classes, or take another head`,
)

export const timeInvalid = defineError<{ column: string; count: number; offenders: readonly string[] }>(
  'DATA_TIME_INVALID',
  'data',
  ({ column, count, offenders }) =>
    `the time column "${column}" must be a number or a timestamp in every row; got ${String(count)} other(s), first: ${offenders.join(', ')}`,
)

export const splitUnknown = defineError<{ column: string; offenders: readonly string[] }>(
  'DATA_SPLIT_UNKNOWN',
  'data',
  ({ column, offenders }) =>
    `the split column "${column}" must hold train, validation or test; got ${offenders.join(', ')}`,
)

export const timeNotConfigured = defineError<{ use: string }>(
  'DATA_TIME_NOT_CONFIGURED',
  'usage',
  ({ use }) => `${use} must know the time of each row; data.time is not set; name the column there`,
)

export const preparedMissing = defineError<{ directory: string }>(
  'DATA_PREPARED_MISSING',
  'usage',
  ({ directory }) => `${directory} must hold prepared data; it does not; run \`widedeep prepare\``,
)

export const examplesUndeclared = defineError<{ need: string }>(
  'DATA_EXAMPLES_UNDECLARED',
  'usage',
  ({ need }) => `data.${need} must be declared to prepare labelled rows; got nothing; add data.${need} to the config`,
)

export const weightInvalid = defineError<{ column: string; count: number; offenders: readonly string[] }>(
  'DATA_WEIGHT_INVALID',
  'data',
  ({ column, count, offenders }) =>
    `the weight column "${column}" must be a number of at least 0 in every row; got ${String(count)} other(s), first: ${offenders.join(', ')}; mend the rows, or name another column`,
)

export const propensityInvalid = defineError<{ column: string; count: number; offenders: readonly string[] }>(
  'DATA_PROPENSITY_INVALID',
  'data',
  ({ column, count, offenders }) =>
    `the propensity "${column}" must be above 0 and at most 1 in every row; got ${String(count)} other(s), first: ${offenders.join(', ')}; mend the rows, or leave data.propensity out`,
)

export const durationInvalid = defineError<{ path: string; got: string }>(
  'DATA_DURATION_INVALID',
  'usage',
  ({ path, got }) =>
    `${path} must be a share such as 0.1 or a duration such as '12h', '1d' or '2w'; got ${JSON.stringify(got)}; write a number and s, m, h, d or w`,
)

export const preparedVersionUnknown = defineError<{ directory: string; version: unknown }>(
  'DATA_PREPARED_VERSION_UNKNOWN',
  'data',
  ({ directory, version }) =>
    `the prepared data in ${directory} must be of a format that this release reads; got version ${String(version)}; run \`widedeep prepare\` again`,
)

export const checkUnknown = defineError<{ name: string; suggestion: string }>(
  'DATA_CHECK_UNKNOWN',
  'usage',
  ({ name, suggestion }) =>
    `a data check must be one that \`widedeep check\` prints; got ${JSON.stringify(name)}; ${suggestion}`,
)

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`

export const negativesTooMany = defineError<{ users: number; items: number; most: number }>(
  'DATA_NEGATIVES_TOO_MANY',
  'usage',
  ({ users, items, most }) =>
    `data.negatives.sampling 'all' must stand for at most ${String(most)} pairs of a user and an item; got ${String(users)} users × ${String(items)} items; draw some: { sampling: 'uniform', perPositive: 20 }`,
)
