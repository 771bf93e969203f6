/** Validation of a whole config: every fault at once, each with its path, what it must be, what it got, and the nearest known name. */
import type { Issue } from '../base/index.js'
import { shown } from '../base/index.js'
import type { Check } from './checks.js'
import {
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
  isTextOrNumber,
} from './checks.js'
import { data, dataIssues } from './data-checks.js'
import { faultAt } from './errors.js'
import { labelIssues, loss } from './label-checks.js'
import { headLabels } from './label-kind.js'
import { activationNames, normalizationNames } from './layer-names.js'
import { expiryIssues, featureIssues, modelReferenceIssues, positionIssues } from './reference-checks.js'
import { retrieval, retrievalIssues } from './retrieval-checks.js'
import { tuneIssues } from './tune-checks.js'

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
  warmStartMemory: isNumber(0, 1),
  validationShare: isNumber(0, 0.9),
  threads: isCount(),
  executor: isOneOf('auto', 'onnxruntime', 'onednn'),
  precision: isOneOf('float32', 'bfloat16'),
  checkpointEvery: isText,
  lossReduction: isOneOf('sum', 'mean', 'sumOverWeights', 'sumOverNonzero'),
  calibration: isOneOf('platt', 'isotonic'),
})
const share = isNumber(-1, 1)
const positive = isNumber(Number.MIN_VALUE)
const gate = isObject({
  metric: isText,
  value: isNumber(-Number.MAX_VALUE),
  change: share,
  suspicious: positive,
  slices: isListOf(isText),
  sliceChange: share,
  sliceRows: isCount(),
  calibration: positive,
  drift: positive,
  latency: positive,
  size: positive,
  latencyMs: positive,
  sizeBytes: isCount(),
})
const architecture = isEither(
  { when: isPlainObject, check: (value, path) => (isPlainObject(value) ? isText(value['name'], `${path}.name`) : []) },
  { when: () => true, check: isText },
)
const model = isObject({ architecture, wide, deep, head: isOneOf(...Object.keys(headLabels)), loss })
const whole = isObject({ data, features: () => [], model, training, gate, retrieval, tune: () => [] }, [
  'data',
  'features',
])

/** Every fault of a config; none when it may be used. */
export function validateConfig(config: unknown): Issue[] {
  const issues = sectionIssues(config)
  return isPlainObject(config) ? [...issues, ...tuneIssues(config, sectionIssues)] : issues
}

/** The faults of all sections but `tune`, whose own are those of the config with its values in it. */
function sectionIssues(config: unknown): Issue[] {
  const issues = whole(config, '')
  if (!isPlainObject(config)) return issues
  const { data: source, features, model: parts, training: steps, retrieval: candidates } = config
  const featureFaults = features === undefined ? [] : featureIssues(features)
  return [
    ...issues,
    ...featureFaults,
    ...modelReferenceIssues(parts, features),
    ...positionIssues(source, features),
    ...expiryIssues(source, features),
    ...labelIssues(source, parts),
    ...dataIssues(source, isPlainObject(parts) ? parts['head'] : undefined),
    ...calibrationIssues(parts, steps),
    ...retrievalIssues(candidates, source, features),
  ]
}

/** Only a probability can be calibrated. */
function calibrationIssues(model: unknown, steps: unknown): Issue[] {
  const head = isPlainObject(model) ? (model['head'] ?? 'binary') : 'binary'
  if (head === 'binary' || !isPlainObject(steps) || steps['calibration'] === undefined) return []
  return [faultAt('training.calibration', `must be left out unless model.head is 'binary'; the head is ${shown(head)}`)]
}
