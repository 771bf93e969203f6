/**
 * What a request may know of the past, kept up to date by the event stream: the definitions that preparation executes in the database. What is
 * of one user alone is made of that user's stored events when it is asked for, so that memory is bounded; what compares with everyone
 * follows all events.
 */
import type { PastEvent, StateStore } from '../events/index.js'
import type { Past, PastDefinition, PastValue } from '../features/index.js'
import type { PairValues } from '../ranking/index.js'
import { createPast } from '../features/index.js'
import { createBoundedMap } from './bounded-map.js'

export interface UserPast {
  /** The value of each definition, by name. */
  readonly values: Readonly<Record<string, PastValue>>
  /** Items that the user acted on, the oldest first. */
  readonly acted: readonly string[]
  /** What is known of the user with each of some items, and of these items alone, at the same moment. */
  withItems(items: Iterable<string>): PairValues
}

export interface UserPasts {
  /** Takes what has just become known. */
  record(events: readonly PastEvent[]): void
  /** What is known of a user at a moment. */
  of(user: string, moment: number): Promise<UserPast>
  forget(user: string): void
}

/** Users whose past is kept in memory. */
const remembered = 10_000
/** Events of a user that come to those that were read; with more the user is read again from the store, which keeps the newest. */
const mostNewEvents = 2000

interface Remembered {
  readonly past: TwoPasts
  readonly acted: string[]
  newEvents: number
}

/** Whether a definition needs no events but those of the user. */
const isOwn = ({ take, by }: PastDefinition): boolean => take !== 'rate' && by.includes('user')

/** Whether a definition has a value for each item. */
const isOfItems = ({ by }: PastDefinition): boolean => by.includes('item')

/** What a request knows, and what it knows with each item: apart, since there are many items. */
interface TwoPasts {
  record(event: PastEvent): void
  readonly alone: Past
  readonly withItem: Past
  /** Names of what is known with an item. */
  readonly names: readonly string[]
}

function createPasts(definitions: readonly PastDefinition[]): TwoPasts {
  const ofItems = definitions.filter(isOfItems)
  const alone = createPast(definitions.filter((definition) => !isOfItems(definition)))
  const withItem = createPast(ofItems)
  return {
    alone,
    withItem,
    names: ofItems.map(({ name }) => name),
    record(event) {
      alone.record(event)
      withItem.record(event)
    },
  }
}

/**
 * Opens the pasts over a store; reads all of it once where a definition needs everyone's. `follow` is called before: what is recorded
 * from then on counts, and once.
 */
export async function openUserPasts(
  store: StateStore,
  definitions: readonly PastDefinition[],
  follow: (pasts: UserPasts) => void = () => undefined,
): Promise<UserPasts> {
  const own = definitions.filter(isOwn)
  const shared = definitions.filter((definition) => !isOwn(definition))
  const everyone = followEveryone(store, createPasts(shared), shared.length > 0)
  const users = createBoundedMap<string, Remembered>(remembered)
  const loading = new Set<string>()
  const load = async (user: string): Promise<Remembered> => {
    const loaded = { past: createPasts(own), acted: [], newEvents: 0 }
    loading.add(user)
    for (const event of await store.pastOf(user)) add(loaded, event)
    loaded.newEvents = 0
    // What became known while the store was read may be in it or not: then the next request reads again.
    if (loading.delete(user)) users.set(user, loaded)
    return loaded
  }
  const pasts: UserPasts = {
    record(events) {
      for (const event of events) {
        everyone.record(event)
        const known = users.get(event.user)
        if (known) add(known, event)
        if (known && known.newEvents > mostNewEvents) users.delete(event.user)
        loading.delete(event.user)
      }
    },
    async of(user, moment) {
      const { past, acted } = users.get(user) ?? (await load(user))
      const both = [past, everyone.pasts]
      const request = { user, item: null, moment }
      return {
        values: Object.assign({}, ...both.map(({ alone }) => alone.valuesAt(request))) as UserPast['values'],
        acted,
        withItems(items) {
          const asked = both.filter(({ names }) => names.length > 0)
          // Most models ask for nothing: then nobody makes the items' names.
          const all = asked.length > 0 ? [...items] : []
          return Object.assign({}, ...asked.map((one) => valuesWith(one, all, request))) as PairValues
        },
      }
    },
    forget(user) {
      users.delete(user)
      loading.delete(user)
    },
  }
  follow(pasts)
  await everyone.read()
  return pasts
}

function add(known: Remembered, event: PastEvent): void {
  known.newEvents++
  known.past.record(event)
  if (event.kind !== null) known.acted.push(event.item)
}

/** A column of values for each definition, an item each. */
function valuesWith(
  { withItem, names }: TwoPasts,
  items: readonly string[],
  request: { readonly user: string; readonly moment: number },
): PairValues {
  const known = items.map((item) => withItem.valuesAt({ ...request, item }))
  return Object.fromEntries(
    names.map((name) => [name, Float64Array.from(known, (values) => Number(values[name] ?? NaN))]),
  )
}

interface Everyone extends Pick<TwoPasts, 'record'> {
  readonly pasts: TwoPasts
  /** Takes what is in the store; what is recorded meanwhile may be in it or not. */
  read(): Promise<void>
}

function followEveryone(store: StateStore, pasts: TwoPasts, isAsked: boolean): Everyone {
  let meanwhile: PastEvent[] | null = []
  return {
    pasts,
    record(event) {
      if (!isAsked) return
      if (meanwhile) meanwhile.push(event)
      else pasts.record(event)
    },
    async read() {
      let last = Number.NEGATIVE_INFINITY
      if (isAsked) {
        for await (const page of store.past(0)) {
          for (const event of page) pasts.record(event)
          last = page.at(-1)?.moment ?? last
        }
      }
      // Moments ascend in the log: what is behind the last that was read was applied after it.
      for (const event of meanwhile ?? []) if (event.moment > last) pasts.record(event)
      meanwhile = null
    },
  }
}
