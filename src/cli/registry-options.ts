/** Options that all commands of the registry share. */
import { argumentInvalid, optionInvalid } from './errors.js'
import { textOption } from './command.js'

export const registryOption = [
  '--registry <dir>',
  'the registry (default: WIDEDEEP_REGISTRY, else .widedeep/registry)',
] as const

export const authorOptions = [
  ['--reason <text>', 'why: kept in the journal'],
  ['--by <name>', 'who (default: the user of the operating system)'],
] as const

type Options = Readonly<Record<string, unknown>>

/** Who does it and why. */
export const authorOf = (options: Options): { by?: string | undefined; reason?: string | undefined } => ({
  by: textOption(options, 'by', undefined),
  reason: textOption(options, 'reason', undefined),
})

/** The same where a reason is needed. */
export function accountable(options: Options): { by?: string | undefined; reason: string } {
  const { by, reason } = authorOf(options)
  if (reason === undefined || reason.trim() === '')
    throw optionInvalid({ option: 'reason', expected: 'a sentence that says why, for the journal', got: 'nothing' })
  return { by, reason }
}

/** Arguments without a flag; there must be at least as many as there are names. */
export function argumentsOf(options: Options, names: readonly string[]): string[] {
  const given = options['arguments'] as string[]
  const missing = names[given.length]
  if (missing !== undefined) throw argumentInvalid({ argument: missing, expected: 'given', got: 'nothing' })
  return given
}

/** `key=value` texts as an object; without `=` it takes the key away. */
export function tagsOf(texts: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

/** A version number of the command line. */
export function versionNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw argumentInvalid({ argument: 'version', expected: 'a number', got: text })
  return Number(text)
}
