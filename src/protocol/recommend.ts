/** Retrieve and rank, and rank alone. */
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { Rules } from './rules.js'
import { FeatureValues, Id, ModelInfo, Timings } from './values.js'

/** Whom a list is for, and what is asked of it; shared by all requests for lists. */
const about = {
  user: Type.Optional(Id),
  features: Type.Optional(
    Type.Unsafe<FeatureValues>({
      ...FeatureValues,
      description: 'features of the user; they win over the stored ones for this request',
    }),
  ),
  context: Type.Optional(Type.Unsafe<FeatureValues>({ ...FeatureValues, description: 'features of the context' })),
  model: Type.Optional(Type.String({ description: 'alias of the model; default: the first that the server serves' })),
  requestId: Type.Optional(Id),
  deadlineMs: Type.Optional(
    Type.Number({ minimum: 1, maximum: 60_000, description: 'after so long the answer has what is scored by then' }),
  ),
} as const

/** What a list is made of: that which is recommended, and that in which an explained item has its place. */
export const sought = {
  k: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 10, description: 'items of the list' })),
  item: Type.Optional(Type.String({ ...Id, description: 'candidates are those that go with this item' })),
  exclude: Type.Optional(Type.Array(Id, { maxItems: 10_000 })),
  keepSeen: Type.Optional(
    Type.Boolean({ default: false, description: 'keep items that the user has already acted on' }),
  ),
  rules: Type.Optional(Rules),
} as const

export const RecommendRequest = Type.Object({ ...about, ...sought }, { additionalProperties: false })
export type RecommendRequest = Static<typeof RecommendRequest>

export const RankRequest = Type.Object(
  {
    ...about,
    items: Type.Array(Id, {
      minItems: 1,
      maxItems: 10_000,
      description: 'the candidates; one that comes twice counts once',
    }),
    k: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'items to answer; default: all' })),
    rules: Type.Optional(Rules),
  },
  { additionalProperties: false },
)
export type RankRequest = Static<typeof RankRequest>

export const RankedItem = Type.Object({
  id: Id,
  rank: Type.Integer({ minimum: 1 }),
  score: Type.Number(),
  title: Type.Optional(Type.String()),
  source: Type.Optional(Type.String({ description: 'the candidate source that brought it' })),
  propensity: Type.Optional(Type.Number({ description: 'chance of being shown, where the list explores' })),
  rules: Type.Optional(Type.Array(Type.String())),
})
export type RankedItem = Static<typeof RankedItem>

export const RankedList = Type.Object({
  requestId: Id,
  model: ModelInfo,
  items: Type.Array(RankedItem),
  degraded: Type.Boolean({ description: 'whether the list is less than asked for: see `why`' }),
  why: Type.Optional(Type.String()),
  unknownItems: Type.Optional(Type.Array(Id, { description: 'candidates that are in no catalogue' })),
  timings: Timings,
})
export type RankedList = Static<typeof RankedList>

export const NextPageQuery = Type.Object(
  { k: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 10 })) },
  { additionalProperties: false },
)
export type NextPageQuery = Static<typeof NextPageQuery>

export const RequestIdParams = Type.Object({ requestId: Id })
export type RequestIdParams = Static<typeof RequestIdParams>
