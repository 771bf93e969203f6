import type { Config } from '../features/index.js'
import { deepDeclaration, wideDeclaration } from '../features/index.js'
import { partUnknown } from './errors.js'

export interface Overrides {
  readonly seed?: number | undefined
  readonly epochs?: number | undefined
  readonly part?: string | undefined
}

/** The config with what the command line says instead. */
export function withOverrides(config: Config, { seed, epochs, part }: Overrides): Config {
  const training = {
    ...config.training,
    ...(seed === undefined ? {} : { seed }),
    ...(epochs === undefined ? {} : { epochs }),
  }
  return { ...config, model: modelOfPart(config, part), training }
}

function modelOfPart(config: Config, part: string | undefined): NonNullable<Config['model']> {
  const model = config.model ?? {}
  const wide = wideDeclaration(config.model) ?? {}
  const deep = deepDeclaration(config.model) ?? {}
  switch (part) {
    case undefined:
      return model
    case 'both':
      return { ...model, wide, deep }
    case 'wide':
      return { ...model, wide, deep: false }
    case 'deep':
      return { ...model, wide: false, deep }
    default:
      throw partUnknown({ part })
  }
}
