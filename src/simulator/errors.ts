import { defineError } from '../base/index.js'

export const sizeInvalid = defineError<{ name: string; minimum: number; got: string }>(
  'SIMULATOR_SIZE_INVALID',
  'usage',
  ({ name, minimum, got }) =>
    `${name} of a simulation must be a whole number of at least ${String(minimum)}; got ${got}`,
)
