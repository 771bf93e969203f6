import type { ColumnDeclaration } from './column.js'
import { frozen } from './declare.js'
import type {
  Config,
  CrossDeclaration,
  DeepDeclaration,
  ModelDeclaration,
  RetrievalDeclaration,
  TrainingDeclaration,
  WideDeclaration,
} from './feature-spec.js'
import type { DataDeclaration } from './data-spec.js'
import type { TuneDeclaration } from '../space/index.js'

/** The names of the features of a config, flat or grouped. */
export type FeatureName<F> = { [K in keyof F]: F[K] extends ColumnDeclaration ? K : keyof F[K] }[keyof F] & string

/** The model section with the feature names that the config declares: a misspelt one is a type error. */
export interface ModelOf<N extends string> extends Omit<ModelDeclaration, 'wide' | 'deep'> {
  readonly wide?: readonly CrossDeclaration<N>[] | WideOf<N> | false
  readonly deep?: (Omit<DeepDeclaration, 'features'> & { readonly features?: readonly N[] }) | false
}

export interface WideOf<N extends string> extends Omit<WideDeclaration, 'features' | 'crosses'> {
  readonly features?: readonly N[]
  readonly crosses?: readonly CrossDeclaration<N>[]
}

/** A config that remembers its features by name: requests and events are typed by them. */
export interface DefinedConfig<F extends Config['features']> extends Config {
  readonly features: F
}

/** Types and freezes a config; faults that types cannot see are reported when it is loaded, all at once. */
export function defineConfig<const F extends Config['features']>(config: {
  readonly data: DataDeclaration
  readonly features: F
  readonly model?: ModelOf<NoInfer<FeatureName<F>>>
  readonly training?: TrainingDeclaration
  readonly retrieval?: RetrievalDeclaration
  readonly tune?: TuneDeclaration
}): DefinedConfig<F> {
  return frozen(config as DefinedConfig<F>)
}
