/** The HTTP API as functions, typed by the config; `fetch` is all it needs, so it runs in browsers too. */
import type { Config } from '../features/index.js'
import type {
  Deleted,
  EventsAnswer,
  Explained,
  Item,
  ItemsPage,
  ItemsQuery,
  NextPageQuery,
  RankedList,
  User,
} from '../protocol/index.js'
import type { CallOptions, Connection } from './call.js'
import { call } from './call.js'
import type { ClientEvent, ExplainInput, RankInput, RecommendInput } from './config-types.js'
import type { EventQueue, EventQueueOptions } from './event-queue.js'
import { createEventQueue } from './event-queue.js'

export interface ClientOptions {
  /** Where the server is, with the prefix that it is mounted at: `http://127.0.0.1:8080`. */
  readonly url: string
  /** An API key, where the server asks for one. */
  readonly key?: string
  /** Milliseconds that a call may take. Default 10,000. */
  readonly timeoutMs?: number
  /** Default: that of the platform. */
  readonly fetch?: typeof globalThis.fetch
}

/** Every call throws `RequestError` when it fails. */
export interface Client<C extends Config = Config> {
  /** Retrieves candidates for a user and ranks them. */
  recommend(request: RecommendInput<C>, options?: CallOptions): Promise<RankedList>
  /** The next items of the same list. */
  nextPage(requestId: string, query?: NextPageQuery, options?: CallOptions): Promise<RankedList>
  /** Ranks given candidates. */
  rank(request: RankInput<C>, options?: CallOptions): Promise<RankedList>
  /** Why items have their scores. */
  explain(request: ExplainInput<C>, options?: CallOptions): Promise<Explained>
  /** What happened; what is accepted is on disk. Give events ids where you may send them again, as `eventQueue` does. */
  events(events: readonly ClientEvent<C>[], options?: CallOptions): Promise<EventsAnswer>
  /** Sends events in the background, in batches, with retries. */
  eventQueue(options?: EventQueueOptions<ClientEvent<C>>): EventQueue<ClientEvent<C>>
  user(id: string, options?: CallOptions): Promise<User>
  /** Erases a user from state and log. */
  deleteUser(id: string, options?: CallOptions): Promise<Deleted>
  item(id: string, options?: CallOptions): Promise<Item>
  /** The catalogue, page by page. */
  items(query?: ItemsQuery, options?: CallOptions): Promise<ItemsPage>
}

/** `createClient<typeof config>({ url })`: features and context have the names and values that the config declares. */
export function createClient<C extends Config = Config>(options: ClientOptions): Client<C> {
  const { url, key, timeoutMs = 10_000, fetch = globalThis.fetch } = options
  // Browsers refuse a fetch that is called as a method of something else.
  const connection: Connection = { url, key, timeoutMs, fetch: (...given) => fetch(...given) }
  const post = <T>(path: string, body: unknown, own?: CallOptions): Promise<T> =>
    call<T>(connection, { method: 'POST', path, body }, own)
  const get = <T>(path: string, query?: Readonly<Record<string, string | number | undefined>>, own?: CallOptions) =>
    call<T>(connection, { method: 'GET', path, ...(query ? { query } : {}) }, own)
  const send = (events: readonly ClientEvent<C>[], own?: CallOptions): Promise<EventsAnswer> =>
    post('/v1/events', { events }, own)
  return {
    recommend: (request, own) => post('/v1/recommend', request, own),
    nextPage: (requestId, query, own) => get(`/v1/recommend/${encodeURIComponent(requestId)}/next`, query, own),
    rank: (request, own) => post('/v1/rank', request, own),
    explain: (request, own) => post('/v1/explain', request, own),
    events: send,
    eventQueue: (own) => createEventQueue(send, own),
    user: (id, own) => get(`/v1/users/${encodeURIComponent(id)}`, undefined, own),
    deleteUser: (id, own) => call(connection, { method: 'DELETE', path: `/v1/users/${encodeURIComponent(id)}` }, own),
    item: (id, own) => get(`/v1/items/${encodeURIComponent(id)}`, undefined, own),
    items: (query, own) => get('/v1/items', query, own),
  }
}
