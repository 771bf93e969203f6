/** What the server knows of users and items. */
import type { StateStore, StoredItem } from '../../../events/index.js'
import { featuresOf } from '../../../events/index.js'
import type { IdParams, ItemsQuery } from '../../../protocol/index.js'
import { routes } from '../../../protocol/index.js'
import { seenKey } from '../../bundle-catalogue.js'
import { itemUnknown, requestInvalid, userUnknown } from '../../errors.js'
import type { ItemCatalogue } from '../../item-catalogue.js'
import type { LiveState } from '../../live-state.js'
import type { Route } from '../route.js'

export interface StateParts {
  readonly store: StateStore
  readonly catalogue: ItemCatalogue
  readonly state: Pick<LiveState, 'erase'>
}

/** Events that an answer has of a user. */
const newestEvents = 100

const shownItem = (item: StoredItem): object => {
  const { id, title, isHidden } = item
  return { id, title, isHidden, features: featuresOf(item) }
}

export function stateRoutes({ store, catalogue, state }: StateParts): Route[] {
  return [
    {
      spec: routes.getUser,
      async handle({ params }) {
        const { id } = params as IdParams
        const [user, past] = await Promise.all([store.user(id), store.pastOf(id)])
        if (!user && past.length === 0) throw userUnknown({ user: id })
        const { [seenKey]: _seen, ...features } = user?.features ?? {}
        const history = past
          .slice(-newestEvents)
          .map(({ item, kind, moment }) => ({ item, action: kind, time: moment }))
        return { body: { id, features, history } }
      },
    },
    {
      spec: routes.deleteUser,
      async handle({ params }) {
        const { id } = params as IdParams
        await state.erase(id)
        return { body: { id, deleted: true } }
      },
    },
    {
      spec: routes.getItem,
      handle({ params }) {
        const { id } = params as IdParams
        const item = catalogue.at(catalogue.indexOf(id) ?? -1)
        if (!item) throw itemUnknown({ item: id })
        return { body: shownItem(item) }
      },
    },
    {
      spec: routes.listItems,
      handle({ query }) {
        const { cursor = '0', limit = 100 } = query as ItemsQuery
        if (!/^\d{1,15}$/.test(cursor)) {
          const message = 'cursor must be the `next` of the page before'
          throw requestInvalid(
            { faults: [message] },
            { issues: [{ code: requestInvalid.code, path: '/cursor', message }] },
          )
        }
        const first = Number(cursor)
        const end = Math.min(first + limit, catalogue.size)
        const items = Array.from({ length: Math.max(0, end - first) }, (_, at) => catalogue.at(first + at))
        return {
          body: {
            items: items.flatMap((item) => (item ? [shownItem(item)] : [])),
            total: catalogue.size,
            next: end < catalogue.size ? String(end) : null,
          },
        }
      },
    },
  ]
}
