/** What happened: the body of `POST /v1/events`. */
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { FeatureValues, Id, Moment } from './values.js'

const common = {
  id: Type.Optional(
    Type.String({ ...Id, description: 'the same id again is the same event; default: made up, and answered' }),
  ),
  time: Type.Optional(
    Type.Integer({ ...Moment, description: 'when it happened, milliseconds since 1970; default: now' }),
  ),
} as const
const closed = { additionalProperties: false } as const

export const ImpressionInput = Type.Object(
  {
    type: Type.Literal('impression'),
    ...common,
    requestId: Type.Optional(Id),
    user: Id,
    items: Type.Array(
      Type.Object({ id: Id, position: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })) }, closed),
      { minItems: 1, maxItems: 1000 },
    ),
    context: Type.Optional(FeatureValues),
  },
  closed,
)

export const InteractionInput = Type.Object(
  {
    type: Type.Literal('interaction'),
    ...common,
    requestId: Type.Optional(Id),
    user: Id,
    item: Id,
    action: Type.String({ minLength: 1, maxLength: 256 }),
    value: Type.Optional(Type.Number()),
  },
  closed,
)

export const UserInput = Type.Object(
  { type: Type.Literal('user'), ...common, user: Id, features: FeatureValues },
  closed,
)

export const ItemInput = Type.Object(
  {
    type: Type.Literal('item'),
    ...common,
    item: Id,
    title: Type.Optional(Type.String({ maxLength: 4096 })),
    isHidden: Type.Optional(Type.Boolean()),
    features: FeatureValues,
  },
  closed,
)

/** One schema a type, so that a fault is told of the type that was meant. */
export const eventSchemas = {
  impression: ImpressionInput,
  interaction: InteractionInput,
  user: UserInput,
  item: ItemInput,
} as const

export const EventInput = Type.Union([ImpressionInput, InteractionInput, UserInput, ItemInput])
export type EventInput = Static<typeof EventInput>

/** Most events of one call; what is more comes in several. */
export const largestEventBatch = 10_000

export const EventBatch = Type.Object(
  { events: Type.Array(EventInput, { minItems: 1, maxItems: largestEventBatch }) },
  closed,
)

export const EventsAnswer = Type.Object({
  accepted: Type.Integer({ description: 'events that are now on disk' }),
  duplicates: Type.Integer({ description: 'events whose id was known already' }),
  rejected: Type.Array(
    Type.Object({
      index: Type.Integer({ description: 'place in the batch, from 0' }),
      code: Type.String(),
      pointer: Type.String({ description: 'where in the event, as a JSON pointer' }),
      message: Type.String(),
    }),
  ),
  ids: Type.Array(Type.Union([Id, Type.Null()]), {
    description: 'ids by place in the batch; null where it was rejected',
  }),
  tookMs: Type.Number(),
})
export type EventsAnswer = Static<typeof EventsAnswer>
