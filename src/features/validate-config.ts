/** Validation of a whole config: every fault at once, each with its path, what it must be, what it got, and the nearest known name. */
import type { Issue } from '../base/index.js'
import { shown, suggestion } from '../base/index.js'
import type { Check } from './checks.js'
import {
  isBoolean,
  isCount,
  isEither,
  isListOf,
  isNumber,
  isObject,
  isOneOf,
  isPlainObject,
  isRecordOf,
  isText,
  textOrTexts,
} from './checks.js'
import type { ColumnDeclaration } from './column.js'
import { columnKinds } from './columns/index.js'
import { allFeatures, declaredCrosses, groupNames } from './config-access.js'
import { faultAt } from './declaration-checks.js'
import type { Config } from './feature-spec.js'

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
    check: (value, path) =>
      /^\d+(\.\d+)?[smhdw]$/.test(String(value))
        ? []
        : [faultAt(path, `must be a share or a duration such as '1d'; got ${shown(value)}`)],
  },
  { when: () => true, check: isNumber(0, 1) },
)
const splitForms: Readonly<Record<string, Check>> = {
  time: isObject({ by: isText, column: isText, validation: shareOrDuration, test: shareOrDuration }),
  column: isObject({ by: isText, column: isText }, ['column']),
  random: isObject({ by: isText, validation: isNumber(0, 1), test: isNumber(0, 1), seed: isCount(0) }),
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
  label: isObject({ column: isText, positive: isListOf(() => [], 1), atLeast: isNumber() }, ['column']),
  weight: isText,
  split,
  user: isText,
  item: isText,
  time: isText,
  title: isText,
  history: isRecordOf(
    isObject(
      { of: isText, where: isObject({ column: isText, atLeast: isNumber() }, ['column', 'atLeast']), last: isCount() },
      ['of'],
    ),
  ),
  impressions: textOrTexts,
  actions: textOrTexts,
})
const optimizer: Check = (value, path) =>
  isPlainObject(value) ? isText(value['name'], `${path}.name`) : isObject({})(value, path)
const crossList = isListOf(
  isObject({ kind: isText, name: isText, features: isListOf(isText, 2), minCount: isCount(), hashBuckets: isCount() }, [
    'name',
    'features',
  ]),
)
const wide = isEither(
  { when: (value) => value === false, check: () => [] },
  { when: Array.isArray, check: crossList },
  { when: () => true, check: isObject({ features: isListOf(isText), crosses: crossList, optimizer, l2: isNumber(0) }) },
)
const deep = isEither(
  { when: (value) => value === false, check: () => [] },
  {
    when: () => true,
    check: isObject({
      features: isListOf(isText),
      embedding: isCount(),
      hidden: isListOf(isCount()),
      activation: isOneOf('relu', 'tanh', 'sigmoid'),
      dropout: isNumber(0, 0.99),
      batchNorm: isBoolean,
      optimizer,
      embeddingL2: isNumber(0),
      embeddingDeviation: isNumber(0),
      layerL2: isNumber(0),
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
  validationShare: isNumber(0, 0.9),
  threads: isCount(),
  checkpointEvery: isText,
  lossReduction: isOneOf('sum', 'mean'),
})
const whole = isObject(
  { data, features: () => [], model: isObject({ wide, deep, head: isOneOf('binary', 'regression') }), training },
  ['data', 'features'],
)

/** Every fault of a config; none when it may be used. */
export function validateConfig(config: unknown): Issue[] {
  const issues = whole(config, '')
  if (!isPlainObject(config)) return issues
  const features = config['features']
  if (features === undefined) return issues
  const featureFaults = featureIssues(features)
  const references = featureFaults.length === 0 ? referenceIssues(config as unknown as Config) : []
  return [...issues, ...featureFaults, ...references, ...dataIssues(config['data'])]
}

function dataIssues(value: unknown): Issue[] {
  if (!isPlainObject(value)) return []
  const { examples, impressions, label } = value
  const issues: Issue[] = []
  if (examples === undefined && impressions === undefined)
    issues.push(faultAt('data.examples', 'must name the labelled rows; got nothing'))
  if (label === undefined)
    issues.push(faultAt('data.label', "must name the label, for example { column: 'clicked' }; got nothing"))
  return issues
}

function featureIssues(features: unknown): Issue[] {
  if (!isPlainObject(features) || Object.keys(features).length === 0)
    return [faultAt('features', 'must declare at least one feature; got none')]
  return Object.entries(features).flatMap(([name, value]) => {
    const isGroup =
      (groupNames as readonly string[]).includes(name) && isPlainObject(value) && typeof value['kind'] !== 'string'
    return isGroup
      ? Object.entries(value).flatMap(([inner, one]) => declarationIssues(one, `features.${name}.${inner}`))
      : declarationIssues(value, `features.${name}`)
  })
}

function declarationIssues(value: unknown, path: string): Issue[] {
  const kinds = columnKinds.map(({ kind }) => kind)
  const declared = isPlainObject(value) ? value['kind'] : undefined
  const kind = columnKinds.find((one) => one.kind === declared)
  if (!kind)
    return [
      faultAt(
        path,
        `must be made by categorical(), numeric(), bucketized() or list(); got ${shown(value)}; kinds: ${kinds.join(', ')}`,
      ),
    ]
  return kind.issues(value as ColumnDeclaration, path)
}

/** Names that must be those of features: in crosses, in shared vocabularies. */
function referenceIssues(config: Config): Issue[] {
  const features = allFeatures(config)
  const names = Object.keys(features)
  const unknown = (name: string, path: string): Issue[] =>
    features[name] ? [] : [faultAt(path, `must be a declared feature; got "${name}"; ${suggestion(name, names)}`)]
  const shared = Object.entries(features).flatMap(([name, { sharedWith }]) =>
    sharedWith === undefined ? [] : unknown(sharedWith, `features.${name}.sharedWith`),
  )
  const crosses = isPlainObject(config.model) ? declaredCrosses(config.model) : []
  const crossed = (Array.isArray(crosses) ? (crosses as readonly { readonly features: unknown }[]) : []).flatMap(
    (cross, index) =>
      (Array.isArray(cross.features) ? (cross.features as readonly string[]) : []).flatMap((name) => [
        ...unknown(name, `model.wide[${String(index)}]`),
        ...(isNumberKind(features[name])
          ? [
              faultAt(
                `model.wide[${String(index)}]`,
                `must cross ids; "${name}" is a number; declare it with bucketized() to cross it`,
              ),
            ]
          : []),
      ]),
  )
  return [...shared, ...crossed]
}

/** Kinds that learn from numbers and are no buckets yield numbers, which have no ids to cross. */
const isNumberKind = (declaration: ColumnDeclaration | undefined): boolean =>
  declaration !== undefined &&
  columnKinds.find(({ kind }) => kind === declaration.kind)?.learnsFrom(declaration) === 'numbers'
