/** What a command prints: one JSON object on standard output with `--json`, text otherwise; all else goes to standard error. */
import { WideDeepError } from '../base/index.js'
import { withRemedy } from './errors.js'

export interface Output {
  readonly isJson: boolean
  /** A line for people, on standard error when the result is JSON. */
  line(text?: string): void
  /** The command's result: `text` for people, `value` for programs. */
  result(value: object, text: string): void
  warn(text: string): void
  /** A line on standard error, whatever the form of the result. */
  note(text: string): void
  /** Replaces the line in progress on a terminal; a plain line now and then elsewhere. */
  progress(text: string): void
  endProgress(): void
}

/** Milliseconds between progress lines where there is no terminal. */
const plainIntervalMs = 10_000

/** The output of a command on the process's own streams. */
export function createOutput(isJson: boolean): Output {
  const people = isJson ? process.stderr : process.stdout
  const isTerminal = process.stderr.isTTY
  let lastPlain = 0
  let isLineOpen = false
  const endProgress = (): void => {
    if (isLineOpen) process.stderr.write('\n')
    isLineOpen = false
  }
  return {
    isJson,
    line: (text = '') => {
      endProgress()
      people.write(`${text}\n`)
    },
    result: (value, text) => {
      endProgress()
      process.stdout.write(isJson ? `${JSON.stringify(value)}\n` : `${text}\n`)
    },
    warn: (text) => {
      endProgress()
      process.stderr.write(`warning: ${text}\n`)
    },
    note: (text) => {
      if (isTerminal) process.stderr.write('\r\u001b[2K')
      isLineOpen = false
      process.stderr.write(`${text}\n`)
    },
    progress: (text) => {
      if (isTerminal) {
        process.stderr.write(`\r\u001b[2K${text}`)
        isLineOpen = true
      } else if (Date.now() - lastPlain >= plainIntervalMs) {
        lastPlain = Date.now()
        process.stderr.write(`${text}\n`)
      }
    },
    endProgress,
  }
}

/** Prints an error and returns the exit code it stands for. */
export function reportError(thrown: unknown, isJson: boolean): number {
  const error = withRemedy(thrown)
  if (error instanceof WideDeepError) {
    if (isJson)
      process.stdout.write(
        `${JSON.stringify({ error: { code: error.code, message: error.message, issues: error.issues } })}\n`,
      )
    process.stderr.write(`error ${error.code}: ${error.message}\n`)
    return error.exitCode
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  if (isJson) process.stdout.write(`${JSON.stringify({ error: { code: 'INTERNAL', message: text, issues: [] } })}\n`)
  process.stderr.write(`internal error, please report it with what you did:\n${text}\n`)
  return 1
}
