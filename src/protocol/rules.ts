/** Re-ranking rules of a request; ranking says what each does. */
import { Type } from 'typebox'
import type { Static } from 'typebox'

const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()])
const closed = { additionalProperties: false } as const

/** What an item must be: every feature named meets its condition. */
const ItemFilter = Type.Record(
  Type.String(),
  Type.Object(
    {
      eq: Type.Optional(Scalar),
      in: Type.Optional(Type.Array(Scalar, { minItems: 1, maxItems: 1000 })),
      not: Type.Optional(Type.Union([Scalar, Type.Array(Scalar, { minItems: 1, maxItems: 1000 })])),
      min: Type.Optional(Type.Number()),
      max: Type.Optional(Type.Number()),
    },
    closed,
  ),
)

export const Rules = Type.Object(
  {
    filter: Type.Optional(ItemFilter),
    boost: Type.Optional(
      Type.Array(
        Type.Object(
          {
            when: ItemFilter,
            factor: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
            add: Type.Optional(Type.Number()),
          },
          closed,
        ),
        { maxItems: 100 },
      ),
    ),
    diversity: Type.Optional(
      Type.Object(
        {
          lambda: Type.Number({ minimum: 0, maximum: 1, description: '1: relevance alone; 0: difference alone' }),
          features: Type.Array(Type.String(), {
            minItems: 1,
            maxItems: 20,
            description: 'item features that make items alike',
          }),
        },
        closed,
      ),
    ),
    exploration: Type.Optional(
      Type.Object(
        {
          slots: Type.Integer({ minimum: 1, maximum: 100, description: 'the last so many places are drawn' }),
          epsilon: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
          temperature: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
        },
        closed,
      ),
    ),
  },
  closed,
)
export type Rules = Static<typeof Rules>
