/** Re-ranking rules of a request. */
import { Type } from 'typebox'
import type { Static } from 'typebox'

const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()])

/** What an item must be: every feature named meets its condition. */
const Condition = Type.Record(
  Type.String(),
  Type.Object(
    {
      eq: Type.Optional(Scalar),
      in: Type.Optional(Type.Array(Scalar, { minItems: 1, maxItems: 1000 })),
      not: Type.Optional(Scalar),
      min: Type.Optional(Type.Number()),
      max: Type.Optional(Type.Number()),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
)

export const Rules = Type.Object(
  {
    filter: Type.Optional(Condition),
    boost: Type.Optional(
      Type.Array(
        Type.Object(
          {
            when: Condition,
            factor: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
            add: Type.Optional(Type.Number()),
          },
          { additionalProperties: false },
        ),
        { maxItems: 100 },
      ),
    ),
    diversity: Type.Optional(
      Type.Object(
        { lambda: Type.Number({ minimum: 0, maximum: 1 }), by: Type.Array(Type.String(), { minItems: 1 }) },
        { additionalProperties: false },
      ),
    ),
    exploration: Type.Optional(
      Type.Object(
        {
          slots: Type.Integer({ minimum: 0, maximum: 100 }),
          epsilon: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
export type Rules = Static<typeof Rules>
