import type { Config, RawInput } from '../features/index.js'
import { rawInputs } from '../features/index.js'

/** What a row may hold, by every name that it may have. */
export type RowInputs = ReadonlyMap<string, RawInput>

/** Features by their own names and by those of their columns. */
export function rowInputs(config: Pick<Config, 'features'>): RowInputs {
  const inputs = rawInputs(config)
  return new Map([
    ...inputs.map((input) => [input.source, input] as const),
    ...inputs.map((input) => [input.name, input] as const),
  ])
}
