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
