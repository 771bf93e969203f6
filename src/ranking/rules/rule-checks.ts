/** Checks of rules that come with a request: every fault, with what it must be and what it got. */
import type { Issue } from '../../base/index.js'
import { shown, suggestion } from '../../base/index.js'
import { ruleFault } from '../errors.js'

export type Check = (value: unknown, path: string) => Issue[]

const mustBe =
  (expected: string, fits: (value: unknown) => boolean): Check =>
  (value, path) =>
    fits(value) ? [] : [ruleFault(path, `must be ${expected}; got ${shown(value)}`)]

export const isNumber = mustBe('a finite number', Number.isFinite)
export const isShare = mustBe('a number in [0, 1]', (value) => typeof value === 'number' && value >= 0 && value <= 1)
export const isPositive = mustBe('a number above 0', (value) => Number.isFinite(value) && Number(value) > 0)
export const isCount = mustBe('a whole number of at least 1', (value) => Number.isInteger(value) && Number(value) >= 1)
/** A value that a feature may have. */
export const isScalar = mustBe(
  'a text, a number, true or false',
  (value) => typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value),
)

export function isListOf(check: Check, least = 0): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return [ruleFault(path, `must be a list; got ${shown(value)}`)]
    if (value.length < least)
      return [ruleFault(path, `must have at least ${String(least)} element(s); got ${String(value.length)}`)]
    return value.flatMap((element, index) => check(element, `${path}[${String(index)}]`))
  }
}

/** A name among those that are known, with the nearest one where it is not. */
export const isOneOf =
  (names: readonly string[], what: string): Check =>
  (value, path) =>
    names.includes(String(value))
      ? []
      : [ruleFault(path, `must be ${what}; got ${shown(value)}; ${suggestion(String(value), names)}`)]

/** An object with these keys and no others; `required` ones must be there. */
export function isObject(checks: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (value, path) => {
    if (!isPlainObject(value)) return [ruleFault(path, `must be an object; got ${shown(value)}`)]
    const missing = required.filter((key) => value[key] === undefined)
    return [
      ...missing.map((key) => ruleFault(`${path}.${key}`, 'must be given; got nothing')),
      ...Object.entries(value).flatMap(([key, part]) => {
        const check = Object.hasOwn(checks, key) ? checks[key] : undefined
        const hint = suggestion(key, Object.keys(checks))
        if (!check) return [ruleFault(`${path}.${key}`, `must not be here: nothing has this name; ${hint}`)]
        return part === undefined ? [] : check(part, `${path}.${key}`)
      }),
    ]
  }
}

/** Faults of an object that must have exactly one of two keys. */
export const hasOneOf =
  (first: string, second: string): Check =>
  (value, path) =>
    isPlainObject(value) && (value[first] === undefined) === (value[second] === undefined)
      ? [
          ruleFault(
            path,
            `must have either ${first} or ${second}; got ${value[first] === undefined ? 'neither' : 'both'}`,
          ),
        ]
      : []

export const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
