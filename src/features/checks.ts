/** Checks of untrusted values that collect every fault: what it must be stands in one place, with the check. */
import type { Issue } from '../base/index.js'
import { shown, suggestion } from '../base/index.js'
import { faultAt } from './errors.js'

/** The faults of a value at a path; none when it fits. */
export type Check = (value: unknown, path: string) => Issue[]

const mustBe =
  (expected: string, fits: (value: unknown) => boolean): Check =>
  (value, path) =>
    fits(value) ? [] : [faultAt(path, `must be ${expected}; got ${shown(value)}`)]

export const isText = mustBe('a text', (value) => typeof value === 'string' && value !== '')
export const isBoolean = mustBe('true or false', (value) => typeof value === 'boolean')

/** A number in `[minimum, maximum]`. */
export function isNumber(minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY): Check {
  const range =
    Number.isFinite(minimum) || Number.isFinite(maximum) ? ` in [${String(minimum)}, ${String(maximum)}]` : ''
  return mustBe(`a number${range}`, (value) => typeof value === 'number' && value >= minimum && value <= maximum)
}

/** A whole number in `[minimum, maximum]`. */
export function isCount(minimum = 1, maximum = Number.MAX_SAFE_INTEGER): Check {
  const most = maximum < Number.MAX_SAFE_INTEGER ? ` and at most ${String(maximum)}` : ''
  return mustBe(
    `a whole number of at least ${String(minimum)}${most}`,
    (value) => Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum,
  )
}

/** Ids are 32-bit integers, two of them taken. */
export const isIdCount = isCount(1, 2 ** 31 - 3)

/** A text that a pattern knows. */
export const isTextLike = (pattern: RegExp, expected: string): Check =>
  mustBe(expected, (value) => typeof value === 'string' && pattern.test(value))

/** A whole or decimal number and its unit: seconds to weeks. */
export const isDuration = isTextLike(/^\d+(\.\d+)?[smhdw]$/, "a duration such as '30m', '12h' or '1d'")

export const isTextOrNumber = mustBe(
  'a text or a number',
  (value) => (typeof value === 'string' && value !== '') || Number.isFinite(value),
)

export function isOneOf(...values: readonly (string | boolean)[]): Check {
  return (value, path) => {
    if (values.includes(value as string)) return []
    const hint = typeof value === 'string' ? `; ${suggestion(value, values.map(String))}` : ''
    return [faultAt(path, `must be one of ${values.map(shown).join(', ')}; got ${shown(value)}${hint}`)]
  }
}

export function isListOf(check: Check, least = 0): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return [faultAt(path, `must be a list; got ${shown(value)}`)]
    if (value.length < least)
      return [faultAt(path, `must have at least ${String(least)} element(s); got ${String(value.length)}`)]
    return value.flatMap((element, index) => check(element, `${path}[${String(index)}]`))
  }
}

/** The faults of the first form that the value looks like. */
export function isEither(
  ...forms: readonly { readonly when: (value: unknown) => boolean; readonly check: Check }[]
): Check {
  return (value, path) => {
    const form = forms.find(({ when }) => when(value)) ?? forms.at(-1)
    return form ? form.check(value, path) : []
  }
}

export const textOrTexts: Check = isEither(
  { when: Array.isArray, check: isListOf(isText, 1) },
  { when: () => true, check: isText },
)

export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object with these keys and no others; `required` ones must be there. */
export function isObject(checks: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (value, path) => {
    if (!isPlainObject(value)) return [faultAt(path, `must be an object; got ${shown(value)}`)]
    const prefix = path === '' ? '' : `${path}.`
    const missing = required
      .filter((key) => value[key] === undefined)
      .map((key) => faultAt(`${prefix}${key}`, 'must be given; got nothing'))
    const faults = Object.entries(value).flatMap(([key, part]) => {
      // A key may be the name of something that every object has.
      const check = Object.hasOwn(checks, key) ? checks[key] : undefined
      if (!check)
        return [
          faultAt(
            `${prefix}${key}`,
            `must not be here: nothing has this name; ${suggestion(key, Object.keys(checks))}`,
          ),
        ]
      return part === undefined ? [] : check(part, `${prefix}${key}`)
    })
    return [...missing, ...faults]
  }
}

/** An object from any names to values that fit. */
export function isRecordOf(check: Check): Check {
  return (value, path) =>
    isPlainObject(value)
      ? Object.entries(value).flatMap(([key, part]) => check(part, `${path}.${key}`))
      : [faultAt(path, `must be an object; got ${shown(value)}`)]
}
