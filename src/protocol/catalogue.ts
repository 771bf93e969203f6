/** Reading and deleting what the server knows of users and items. */
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { FeatureValues, Id } from './values.js'

export const IdParams = Type.Object({ id: Id })
export type IdParams = Static<typeof IdParams>

export const User = Type.Object({
  id: Id,
  features: FeatureValues,
  history: Type.Array(
    Type.Object({ item: Id, action: Type.Union([Type.String(), Type.Null()]), time: Type.Integer() }),
    {
      description:
        'what the user was shown (action null) and did, newest last, and when it became known; at most 100 of it',
    },
  ),
})
export type User = Static<typeof User>

export const Item = Type.Object({
  id: Id,
  title: Type.Union([Type.String(), Type.Null()]),
  isHidden: Type.Boolean(),
  features: FeatureValues,
})
export type Item = Static<typeof Item>

export const ItemsQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ description: 'the `next` of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  },
  { additionalProperties: false },
)
export type ItemsQuery = Static<typeof ItemsQuery>

export const ItemsPage = Type.Object({
  items: Type.Array(Item),
  total: Type.Integer(),
  next: Type.Union([Type.String(), Type.Null()]),
})
export type ItemsPage = Static<typeof ItemsPage>

export const Deleted = Type.Object({ id: Id, deleted: Type.Boolean() })
export type Deleted = Static<typeof Deleted>
