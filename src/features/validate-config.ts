/** Validation of a whole config: every fault at once, each with its path, what it must be, what it got, and the nearest known name. */
import type { Issue } from '../base/index.js'
import { shown } from '../base/index.js'
import type { Check } from './checks.js'
import {
  isBoolean,
  isCount,
  isEither,
  isIdCount,
  isListOf,
  isNumber,
  isObject,
  isOneOf,
  isPlainObject,
  isRecordOf,
  isText,
  isTextLike,
  isTextOrNumber,
  textOrTexts,
} from './checks.js'
import { faultAt } from './errors.js'
import { label, labelIssues, loss } from './label-checks.js'
import { headLabels } from './label-kind.js'
import { activationNames, normalizationNames } from './layer-names.js'
import { featureIssues, modelReferenceIssues } from './reference-checks.js'
import { tuneIssues } from './tune-checks.js'

const format = isObject({
  type: isOneOf('csv', 'parquet', 'ndjson'),
  delimiter: isText,
  encoding: isOneOf('utf-8', 'latin-1', 'utf-16'),
  null: textOrTexts,
  header: isBoolean,
  columns: isListOf(isText, 1),
  quote: (value, path) => (value === '' ? [] : isText(value, path)),
  badRows: isNumber(0, 1),
})
const shareOrDuration = isEither(
  {
    when: (value) => typeof value === 'string',
    check: isTextLike(/^\d+(\.\d+)?[smhdw]$/, "a share or a duration such as '1d'"),
  },
  { when: () => true, check: isNumber(0, 1) },
)
const splitForms: Readonly<Record<string, Check>> = {
  time: isObject({ by: isText, column: isText, validation: shareOrDuration, test: shareOrDuration }),
  column: isObject({ by: isText, column: isText }, ['column']),
  random: isObject({
    by: isText,
    validation: isNumber(0, 1),
    test: isNumber(0, 1),
    seed: isCount(0),
    within: isOneOf('user'),
  }),
}
const split: Check = (value, path) => {
  const by = isPlainObject(value) ? value['by'] : undefined
  const form = typeof by === 'string' ? splitForms[by] : undefined
  return form ? form(value, path) : isOneOf(...Object.keys(splitForms))(by, `${path}.by`)
}
const data = isObject({
  examples: textOrTexts,
  validation: textOrTexts,
  test: textOrTexts,
  format,
  join: isListOf(
    isObject(
      {
        from: isText,
        on: isEither(
          { when: isPlainObject, check: isObject({ examples: isText, table: isText }, ['examples', 'table']) },
          { when: () => true, check: isText },
        ),
        format,
      },
      ['from', 'on'],
    ),
  ),
  label,
  weight: isText,
  split,
  user: isText,
  item: isText,
  time: isText,
  title: isText,
  history: isRecordOf(
    isObject(
      {
        of: isText,
        where: isObject({ column: isText, atLeast: isNumber() }, ['column', 'atLeast']),
        last: isCount(),
        take: isOneOf('earlier', 'others'),
      },
      ['of'],
    ),
  ),
  negatives: isObject({ sampling: isOneOf('uniform', 'popularity', 'inBatch', 'all'), perPositive: isCount(1, 1000) }),
  impressions: textOrTexts,
  actions: textOrTexts,
})
/** A name and numbers: which ones, the room that has the named thing knows. */
const namedNumbers: Check = (value, path) =>
  isPlainObject(value)
    ? [...isText(value['name'], `${path}.name`), ...isRecordOf(isTextOrNumber)({ ...value, name: 'checked' }, path)]
    : isObject({})(value, path)
const optimizer: Check = (value, path) => {
  if (!isPlainObject(value) || value['schedule'] === undefined) return namedNumbers(value, path)
  const { schedule, ...rest } = value
  return [...namedNumbers(rest, path), ...namedNumbers(schedule, `${path}.schedule`)]
}
const crossList = isListOf(
  isObject(
    {
      kind: isOneOf('cross'),
      name: isText,
      features: isListOf(isText, 2),
      minCount: isCount(),
      hashBuckets: isIdCount,
    },
    ['kind', 'name', 'features', 'minCount'],
  ),
)
const wide = isEither(
  { when: (value) => value === false, check: () => [] },
  { when: Array.isArray, check: crossList },
  {
    when: () => true,
    check: isObject({
      features: isListOf(isText),
      crosses: crossList,
      optimizer,
      combiner: isOneOf('sum', 'mean', 'sqrtn'),
      l2: isNumber(0),
      l1: isNumber(0),
      regularization: isOneOf('touched', 'everyStep'),
    }),
  },
)
const deep = isEither(
  { when: (value) => value === false, check: () => [] },
  {
    when: () => true,
    check: isObject({
      features: isListOf(isText),
      embedding: isCount(),
      hidden: isListOf(isCount()),
      activation: isOneOf(...activationNames),
      dropout: isNumber(0, 0.99),
      normalization: isOneOf(...normalizationNames),
      optimizer,
      embeddingL2: isNumber(0),
      embeddingL1: isNumber(0),
      embeddingDeviation: isNumber(0),
      layerL2: isNumber(0),
      layerL1: isNumber(0),
      regularization: isOneOf('touched', 'everyStep'),
    }),
  },
)
const training = isObject({
  batchSize: isCount(),
  epochs: isCount(),
  seed: isCount(0),
  patience: isCount(),
  metric: isText,
  plateau: isNumber(0, 1),
  clipNorm: isNumber(1e-6),
  averaging: isNumber(0),
  validationShare: isNumber(0, 0.9),
  threads: isCount(),
  checkpointEvery: isText,
  lossReduction: isOneOf('sum', 'mean', 'sumOverWeights', 'sumOverNonzero'),
  calibration: isOneOf('platt', 'isotonic'),
})
const architecture = isEither(
  { when: isPlainObject, check: (value, path) => (isPlainObject(value) ? isText(value['name'], `${path}.name`) : []) },
  { when: () => true, check: isText },
)
const model = isObject({ architecture, wide, deep, head: isOneOf(...Object.keys(headLabels)), loss })
const whole = isObject({ data, features: () => [], model, training, tune: () => [] }, ['data', 'features'])

/** Every fault of a config; none when it may be used. */
export function validateConfig(config: unknown): Issue[] {
  const issues = sectionIssues(config)
  return isPlainObject(config) ? [...issues, ...tuneIssues(config, sectionIssues)] : issues
}

/** The faults of all sections but `tune`, whose own are those of the config with its values in it. */
function sectionIssues(config: unknown): Issue[] {
  const issues = whole(config, '')
  if (!isPlainObject(config)) return issues
  const { data: source, features, model: parts, training: steps } = config
  const featureFaults = features === undefined ? [] : featureIssues(features)
  return [
    ...issues,
    ...featureFaults,
    ...modelReferenceIssues(parts, features),
    ...labelIssues(source, parts),
    ...dataIssues(source),
    ...calibrationIssues(parts, steps),
  ]
}

/** Only a probability can be calibrated. */
function calibrationIssues(model: unknown, steps: unknown): Issue[] {
  const head = isPlainObject(model) ? (model['head'] ?? 'binary') : 'binary'
  if (head === 'binary' || !isPlainObject(steps) || steps['calibration'] === undefined) return []
  return [faultAt('training.calibration', `must be left out unless model.head is 'binary'; the head is ${shown(head)}`)]
}

/** What no key of the data section tells alone. */
function dataIssues(value: unknown): Issue[] {
  if (!isPlainObject(value)) return []
  const { examples, impressions, label: declared, split: parts } = value
  const issues: Issue[] = []
  if (examples === undefined && impressions === undefined)
    issues.push(faultAt('data.examples', 'must name the labelled rows; got nothing'))
  if (declared === undefined)
    issues.push(faultAt('data.label', "must name the label, for example { column: 'clicked' }; got nothing"))
  issues.push(...keyIssues(value))
  const { validation, test } = isPlainObject(parts) ? parts : {}
  if (typeof validation === 'number' && typeof test === 'number' && validation + test >= 1)
    issues.push(
      faultAt('data.split', `must leave rows for training; got shares of ${shown(validation)} and ${shown(test)}`),
    )
  return issues
}

/** Parts that need to know who, what or when. */
function keyIssues({ split: parts, negatives, history, user, item }: Record<string, unknown>): Issue[] {
  const isByTime = isPlainObject(parts) && parts['by'] === 'time'
  const histories = isPlainObject(history) ? Object.entries(history) : []
  const need = (what: string, isNeeded: boolean, key: 'user' | 'item'): Issue[] =>
    isNeeded && { user, item }[key] === undefined
      ? [faultAt(`data.${key}`, `must name the ${key} column for ${what}; got nothing`)]
      : []
  return [
    ...need('data.negatives', negatives !== undefined, 'user'),
    ...need('data.negatives', negatives !== undefined, 'item'),
    ...(isPlainObject(negatives) && negatives['sampling'] === 'all' && negatives['perPositive'] !== undefined
      ? [
          faultAt(
            'data.negatives.perPositive',
            "must be left out with sampling 'all': that takes every item; got a number",
          ),
        ]
      : []),
    ...need('a split within users', isPlainObject(parts) && parts['within'] === 'user', 'user'),
    ...histories.flatMap(([name, one]) =>
      isByTime && isPlainObject(one) && one['take'] === 'others'
        ? [
            faultAt(
              `data.history.${name}.take`,
              "must be 'earlier' with a split by time: the others are of the future; got 'others'",
            ),
          ]
        : [],
    ),
  ]
}
