/** Why an item has its score. */
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { sought } from './recommend.js'
import { FeatureValues, Id, ModelInfo } from './values.js'

export const ExplainRequest = Type.Object(
  {
    user: Type.Optional(Id),
    features: Type.Optional(FeatureValues),
    context: Type.Optional(FeatureValues),
    items: Type.Array(Id, { minItems: 1, maxItems: 20 }),
    ...sought,
    model: Type.Optional(Type.String()),
    requestId: Type.Optional(Type.String({ ...Id, description: 'that of a list: what it drew is drawn again' })),
  },
  { additionalProperties: false },
)
export type ExplainRequest = Static<typeof ExplainRequest>

const Text = Type.Union([Type.String(), Type.Null()])

const Part = Type.Object({
  kind: Type.String({ description: 'bias, wide, cross, deep or residue' }),
  columns: Type.Array(Type.String()),
  values: Type.Array(Text),
  value: Type.String({ description: 'columns with their values, as one text' }),
  contribution: Type.Number({ description: 'in units of the logit' }),
  weight: Type.Optional(Type.Number()),
  isKnown: Type.Optional(Type.Boolean({ description: 'whether the model has a weight for just this' })),
  seen: Type.Optional(Type.Union([Type.Integer(), Type.Null()], { description: 'in how many training rows it was' })),
  element: Type.Optional(Type.Integer({ description: 'the place in its list, from 0' })),
})

export const Explanation = Type.Object({
  logit: Type.Number({ description: 'baseline.logit and all contributions together' }),
  score: Type.Number(),
  head: Type.String(),
  calibration: Text,
  label: Text,
  method: Type.String(),
  baseline: Type.Object({ logit: Type.Number(), row: Type.Record(Type.String(), Type.Unknown()) }),
  parts: Type.Array(Part),
  words: Type.Array(Type.String(), { description: 'a sentence for each of the strongest parts' }),
})

export const ExplainedItem = Type.Object({
  id: Id,
  source: Type.Union([Type.String(), Type.Null()], {
    description: 'the candidate source that brings it for this user; null: none does',
  }),
  rank: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
    description: 'its place in the list of this user; null: it is no candidate, or a rule leaves it out',
  }),
  rules: Type.Array(Type.String(), { description: 're-ranking rules that changed its place' }),
  explanation: Explanation,
})

export const Explained = Type.Object({
  requestId: Id,
  model: ModelInfo,
  items: Type.Array(ExplainedItem),
})
export type Explained = Static<typeof Explained>
