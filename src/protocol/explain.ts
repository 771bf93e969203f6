/** Why an item has its score. */
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { FeatureValues, Id, ModelInfo } from './values.js'

export const ExplainRequest = Type.Object(
  {
    user: Type.Optional(Id),
    features: Type.Optional(FeatureValues),
    context: Type.Optional(FeatureValues),
    items: Type.Array(Id, { minItems: 1, maxItems: 20 }),
    model: Type.Optional(Type.String()),
    requestId: Type.Optional(Id),
  },
  { additionalProperties: false },
)
export type ExplainRequest = Static<typeof ExplainRequest>

export const Explained = Type.Object({
  requestId: Id,
  model: ModelInfo,
  items: Type.Array(
    Type.Object({
      id: Id,
      explanation: Type.Unknown({
        description: 'logit, score, baseline, method, parts that add up to the logit, words',
      }),
    }),
  ),
})
export type Explained = Static<typeof Explained>
