/** Checks of the `tune` section: its own form, and every path and value of the space tried in the config. */
import type { Issue } from '../base/index.js'
import { shown, suggestion } from '../base/index.js'
import type { Check } from './checks.js'
import { isCount, isListOf, isNumber, isObject, isPlainObject, isRecordOf, isText } from './checks.js'
import { blockOf, withSettings } from './config-settings.js'
import { faultAt } from './errors.js'
import type { Config } from './feature-spec.js'
import type { SettingValue } from '../space/index.js'

const bounds = (low: Check): Check => isObject({ kind: isText, low, high: low }, ['low', 'high'])
const forms: Readonly<Record<string, Check>> = {
  range: bounds(isNumber(-Number.MAX_VALUE, Number.MAX_VALUE)),
  logRange: bounds(isNumber(Number.MIN_VALUE, Number.MAX_VALUE)),
  integerRange: bounds(isCount(Number.MIN_SAFE_INTEGER)),
  choice: isObject({ kind: isText, values: isListOf(() => [], 1) }, ['values']),
}

const dimension: Check = (value, path) => {
  const kind = isPlainObject(value) ? String(value['kind']) : ''
  const form = Object.hasOwn(forms, kind) ? forms[kind] : undefined
  if (!isPlainObject(value) || !form)
    return [faultAt(path, `must be made by ${Object.keys(forms).join(', ')}; got ${shown(value)}`)]
  const issues = form(value, path)
  const { low, high } = value
  if (kind === 'choice' || issues.length > 0 || Number(low) < Number(high)) return issues
  return [faultAt(path, `must go from a lower to a higher number; got ${shown(low)} to ${shown(high)}`)]
}

const isDimension = (value: unknown): boolean => dimension(value, '').length === 0

const section = isObject({ space: isRecordOf(dimension), metric: isText, trials: isCount(), seed: isCount(0) }, [
  'space',
])

/** Settings that no search may change, each with the reason. */
const fixed: Readonly<Record<string, string>> = {
  'model.head': 'trials are compared by one metric of one head',
  'model.wide': 'crosses are learned when data is prepared; tune the keys of model.wide',
  'model.wide.crosses': 'crosses are learned when data is prepared',
  'training.epochs': 'the search itself decides how many epochs a trial gets, up to training.epochs',
  'training.metric': 'trials are compared by one metric: set tune.metric',
  'training.seed': 'it is no hyper-parameter, and data is prepared with it',
  'training.validationShare': 'trials are compared on one validation split',
  'training.threads': 'the threads are divided among the workers',
  'training.checkpointEvery': 'it is no hyper-parameter',
}

/** Faults of the `tune` section of a config; `validate` finds those of a config without it. */
export function tuneIssues(config: Readonly<Record<string, unknown>>, validate: (config: unknown) => Issue[]): Issue[] {
  const { tune, ...rest } = config
  if (tune === undefined) return []
  const issues = section(tune, 'tune')
  const space = isPlainObject(tune) ? tune['space'] : undefined
  if (!isPlainObject(space)) return issues
  const empty =
    Object.keys(space).length === 0 ? [faultAt('tune.space', 'must have at least one setting; got none')] : []
  const known = new Set(validate(rest).map(keyOf))
  const faults = Object.entries(space).flatMap(([path, declared]) => {
    const barred = pathIssues(rest, path)
    if (barred.length > 0 || !isDimension(declared)) return barred
    const found = extremes(declared).flatMap((value) =>
      validate(withSettings(rest as unknown as Config, { [path]: value })),
    )
    return found.filter((issue) => !known.has(keyOf(issue))).map((issue) => moved(issue, path))
  })
  return [...issues, ...empty, ...distinct(faults)]
}

function pathIssues(config: unknown, path: string): Issue[] {
  const place = `tune.space.${path}`
  const [section = '', key] = path.split('.')
  const sections = ['model', 'training']
  if (!sections.includes(section) || key === undefined) {
    const hint = suggestion(section, sections)
    return [faultAt(place, `must be a dotted path into model or training; got "${path}"; ${hint}`)]
  }
  const reason = Object.hasOwn(fixed, path) ? fixed[path] : undefined
  if (reason !== undefined) return [faultAt(place, `must not be searched: ${reason}`)]
  const block = blockOf(config, path)
  return block === null ? [] : [faultAt(place, `must lead through objects; ${block} is none in this config`)]
}

/** The values whose faults are those of a dimension: both ends of a range, every choice. */
function extremes(declared: unknown): SettingValue[] {
  if (!isPlainObject(declared)) return []
  const { low, high, values } = declared
  return (Array.isArray(values) ? values : [low, high]) as SettingValue[]
}

/** A fault found in the config with a value of the space, said of the space. */
function moved(issue: Issue, path: string): Issue {
  const inside = issue.path.startsWith(path) ? issue.path.slice(path.length) : ` (${issue.path})`
  return { ...issue, path: `tune.space.${path}${inside}` }
}

const keyOf = ({ path, message }: Issue): string => `${path}: ${message}`

const distinct = (issues: readonly Issue[]): Issue[] => [
  ...new Map(issues.map((issue) => [keyOf(issue), issue])).values(),
]
