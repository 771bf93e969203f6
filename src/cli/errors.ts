import { defineError } from '../base/index.js'

export const optionInvalid = defineError<{ option: string; expected: string; got: string }>(
  'CLI_OPTION_INVALID',
  'usage',
  ({ option, expected, got }) => `--${option} must be ${expected}; got ${got}`,
)

export const argumentInvalid = defineError<{ argument: string; expected: string; got: string }>(
  'CLI_ARGUMENT_INVALID',
  'usage',
  ({ argument, expected, got }) => `${argument} must be ${expected}; got ${got}`,
)

export const systemRefused = defineError<{ reason: string; remedy: string }>(
  'CLI_SYSTEM_REFUSED',
  'environment',
  ({ reason, remedy }) =>
    `the system must let the command read and write its files; got ${reason}; ${remedy} and run it again: what was there before is intact`,
)

/** What a user can do about it, by the system's code. */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'free disk space',
  EDQUOT: 'free disk space',
  EROFS: 'name a place that can be written',
  EACCES: 'see who may read and write there',
  EPERM: 'see who may read and write there',
  EMFILE: 'allow more open files (ulimit -n)',
  ENFILE: 'allow more open files',
  EIO: 'have a look at the disk',
}

/** An error of the system as one that says what to do; any other as it is. */
export function withRemedy(error: unknown): unknown {
  const { code = '', message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: '' }
  const remedy = remedies[code]
  return remedy === undefined ? error : systemRefused({ reason: message, remedy }, { cause: error })
}
