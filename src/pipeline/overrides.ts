import type { Config, WideDeclaration } from '../features/index.js'
import { deepDeclaration, wideDeclaration } from '../features/index.js'
import { partUnknown } from './errors.js'

export interface Overrides {
  readonly seed?: number | undefined
  readonly epochs?: number | undefined
  readonly part?: string | undefined
  /** Keeps the first so many declared crosses. */
  readonly crosses?: number | undefined
}

/** The config with what the command line says instead. */
export function withOverrides(config: Config, overrides: Overrides): Config {
  const { seed, epochs } = overrides
  const training = {
    ...config.training,
    ...(seed === undefined ? {} : { seed }),
    ...(epochs === undefined ? {} : { epochs }),
  }
  return { ...config, model: modelOfPart(config, overrides), training }
}

function modelOfPart(config: Config, { part, crosses }: Overrides): NonNullable<Config['model']> {
  const model = config.model ?? {}
  const wide = withCrosses(wideDeclaration(config.model) ?? {}, crosses)
  const deep = deepDeclaration(config.model) ?? {}
  switch (part) {
    case undefined:
      return crosses === undefined || model.wide === false ? model : { ...model, wide }
    case 'both':
      return { ...model, wide, deep }
    case 'wide':
      // What is left of any architecture without its deep part is the linear model.
      return { ...model, architecture: 'wide-deep', wide, deep: false }
    case 'deep':
      return { ...model, wide: false, deep }
    default:
      throw partUnknown({ part })
  }
}

function withCrosses(wide: WideDeclaration, count: number | undefined): WideDeclaration {
  return count === undefined || !wide.crosses ? wide : { ...wide, crosses: wide.crosses.slice(0, count) }
}
