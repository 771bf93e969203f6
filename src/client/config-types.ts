/** What requests and events may hold, as types that come from the config's. */
import type { ColumnDeclaration, ColumnOf, Config } from '../features/index.js'
import type {
  EventInput,
  ExplainRequest,
  FeatureValue,
  FeatureValues,
  RankRequest,
  RecommendRequest,
} from '../protocol/index.js'

type Group = 'user' | 'item' | 'context'

/** The declarations of a group; flat features are all context. */
type Declarations<F, G extends Group> =
  F extends Readonly<Record<string, ColumnDeclaration>>
    ? G extends 'context'
      ? F
      : Record<never, never>
    : G extends keyof F
      ? NonNullable<F[G]>
      : Record<never, never>

type ValueOf<D> = D extends ColumnOf<infer V> ? (unknown extends V ? FeatureValue : V) : FeatureValue

type Values<D> = [keyof D] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [N in keyof D]?: ValueOf<D[N]> | null }

/** Values of the features of a group, any of them missing; of a config that is no type of its own: values of any name. */
export type FeaturesOf<C extends Config, G extends Group> = Config extends C
  ? FeatureValues
  : Values<Declarations<C['features'], G>>

interface About<C extends Config> {
  /** Features of the user; they win over the stored ones for this request. */
  readonly features?: FeaturesOf<C, 'user'>
  readonly context?: FeaturesOf<C, 'context'>
}

type With<R, T> = Omit<R, keyof T> & T

export type RecommendInput<C extends Config> = With<RecommendRequest, About<C>>
export type RankInput<C extends Config> = With<RankRequest, About<C>>
export type ExplainInput<C extends Config> = With<ExplainRequest, About<C>>

type EventOf<T extends EventInput['type']> = Extract<EventInput, { type: T }>

/** An event, its features those of the config. */
export type ClientEvent<C extends Config> =
  | With<EventOf<'impression'>, { readonly context?: FeaturesOf<C, 'context'> }>
  | EventOf<'interaction'>
  | With<EventOf<'user'>, { readonly features: FeaturesOf<C, 'user'> }>
  | With<EventOf<'item'>, { readonly features: FeaturesOf<C, 'item'> }>
