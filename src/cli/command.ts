/** What a command is: one file in `commands/`, which exports it as `command`, and one entry in `commands/index.ts`. */
import { shown } from '../base/index.js'
import type { RawValue } from '../features/index.js'
import type { Settings, SettingValue } from '../space/index.js'
import { optionInvalid } from './errors.js'
import type { Output } from './output.js'

/** A command in the help of all. It is loaded when it is asked for: one that only serves need not wait for those that prepare and train. */
export interface ListedCommand {
  /** Name and arguments without a flag, as commander reads them: `promote <version>`. */
  readonly usage: string
  readonly summary: string
  load(): Promise<{ readonly command: CliCommand }>
}

export interface CliCommand {
  /** Help of the arguments without a flag, by name; their values are the option `arguments`. */
  readonly arguments?: Readonly<Record<string, string>>
  /** Flags and their help, as commander reads them. */
  readonly options: readonly (readonly [flags: string, text: string])[]
  readonly example?: string
  /** Returns the exit code where it is not always 0. */
  run(options: Readonly<Record<string, unknown>>, output: Output): Promise<number | void>
}

/** A text option, or its default. */
export function textOption<D extends string | undefined>(
  options: Readonly<Record<string, unknown>>,
  name: string,
  fallback: D,
): string | D {
  const value = options[name]
  return typeof value === 'string' ? value : fallback
}

/** A whole number of at least `minimum`, or the default. */
export function countOption<D extends number | undefined>(
  options: Readonly<Record<string, unknown>>,
  name: string,
  { minimum = 1, fallback }: { minimum?: number; fallback: D },
): number | D {
  const value = options[name]
  if (value === undefined) return fallback
  const number = Number(value)
  if (!Number.isInteger(number) || number < minimum) {
    throw optionInvalid({ option: name, expected: `a whole number of at least ${String(minimum)}`, got: shown(value) })
  }
  return number
}

/** A JSON object given on the command line, or an empty one. */
export function objectOption(options: Readonly<Record<string, unknown>>, name: string): Record<string, RawValue> {
  const text = options[name]
  if (typeof text !== 'string') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, RawValue>
  } catch {
    // Falls through: text that is no JSON gets the same sentence as JSON that is no object.
  }
  throw optionInvalid({ option: name, expected: `a JSON object such as '{"hour": 20}'`, got: shown(text) })
}

/** Settings given as `path=value`: a value that is JSON is that, any other is text. */
export function settingsOption(options: Readonly<Record<string, unknown>>, name: string): Settings | undefined {
  const given = options[name]
  if (!Array.isArray(given)) return undefined
  return Object.fromEntries((given as string[]).map((text) => settingOf(text, name)))
}

function settingOf(text: string, option: string): [path: string, value: SettingValue] {
  const at = text.indexOf('=')
  if (at < 1) {
    throw optionInvalid({ option, expected: 'path=value, such as model.deep.dropout=0.2', got: shown(text) })
  }
  const [path, value] = [text.slice(0, at), text.slice(at + 1)]
  try {
    return [path, JSON.parse(value) as SettingValue]
  } catch {
    return [path, value]
  }
}
