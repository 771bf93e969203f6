import type { Config, WideDeclaration } from '../features/index.js'
import { deepDeclaration, wideDeclaration, withSettings } from '../features/index.js'
import type { Settings } from '../space/index.js'
import { checkedConfig } from './config-file.js'
import { partUnknown } from './errors.js'

export interface Overrides {
  readonly seed?: number | undefined
  readonly epochs?: number | undefined
  readonly part?: string | undefined
  /** Keeps the first so many declared crosses. */
  readonly crosses?: number | undefined
  /** Settings by dotted path. */
  readonly set?: Settings | undefined
}

/** The config with settings of the command line in it, checked; without its `tune` section, which says nothing of a run. */
export function withSet({ tune: _tune, ...config }: Config, set: Settings = {}): Config {
  return Object.keys(set).length === 0 ? config : checkedConfig(withSettings(config, set), 'the config with --set')
}

/** The config with what the command line says instead; settings first, so that `--epochs` wins over them. */
export function withOverrides(declared: Config, overrides: Overrides): Config {
  const { seed, epochs, set } = overrides
  const config = withSet(declared, set)
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
