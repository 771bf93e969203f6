/** Settings put into a config by dotted path; short forms on the way (`wide: [cross(…)]`, no optimizer) are spelled out. */
import { isPlainObject } from './checks.js'
import { settingBlocked } from './errors.js'
import type { Config } from './feature-spec.js'
import type { Settings, SettingValue } from '../space/index.js'

/** The paper's pair (§3.2): FTRL with L1 for the wide part, AdaGrad for the deep part. */
export const defaultOptimizers = {
  wide: { name: 'ftrl', learningRate: 0.1, l1: 0.1, l2: 0.1 },
  deep: { name: 'adagrad', learningRate: 0.05 },
} as const

/** The config with these settings instead of its own; throws `FEATURES_SETTING_BLOCKED` where a path leads through no object. */
export function withSettings(config: Config, settings: Settings): Config {
  const paths = Object.keys(settings).sort()
  for (const path of paths) {
    const block = blockOf(config, path)
    if (block !== null) throw settingBlocked({ path, block })
  }
  // Sorted, so that a setting comes after one that holds it.
  return paths.reduce((value: unknown, path) => replaced(value, at(path), settings[path] ?? null), config) as Config
}

/** What bars the way to a setting: the path of a value that is no object, or `null`. */
export function blockOf(config: unknown, path: string): string | null {
  const keys = path.split('.')
  let holder = config
  for (const [index, key] of keys.slice(0, -1).entries()) {
    const here = keys.slice(0, index + 1).join('.')
    holder = isPlainObject(holder) ? longForm(here, holder[key]) : undefined
    if (!isPlainObject(holder)) return here
  }
  return null
}

interface Place {
  /** Keys that lead from the config to the holder, and those still to go. */
  readonly done: readonly string[]
  readonly left: readonly string[]
}

const at = (path: string): Place => ({ done: [], left: path.split('.') })

function replaced(holder: unknown, { done, left }: Place, value: SettingValue): unknown {
  const [key, ...rest] = left
  if (key === undefined) return value
  const object = longForm(done.join('.'), holder)
  const place = { done: [...done, key], left: rest }
  const plain = isPlainObject(object) ? object : {}
  return { ...plain, [key]: replaced(plain[key], place, value) }
}

/** A part of a config in the form that has keys: what is left out gets the default that its keys are of. */
function longForm(path: string, value: unknown): unknown {
  if (path === 'model.wide' && Array.isArray(value)) return { crosses: value as unknown[] }
  if (path === 'model.architecture' && typeof value === 'string') return { name: value }
  if (value !== undefined) return value
  if (path === 'model.architecture') return { name: 'wide-deep' }
  if (path === 'model.wide.optimizer') return defaultOptimizers.wide
  if (path === 'model.deep.optimizer') return defaultOptimizers.deep
  return {}
}
