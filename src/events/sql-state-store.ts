/** A state store over any database that speaks the dialect. */
import { logFormatUnknown } from './errors.js'
import type { JsonValues, LoggedEvent } from './logged-event.js'
import type { PastEntry } from './past-events.js'
import { eventsOfEntry } from './past-events.js'
import type { KnownState, StateChanges } from './state-changes.js'
import { changesOf, namedBy, pastKey, storable } from './state-changes.js'
import type { ReadRows, SqlValue, StateDatabase, Statement } from './state-database.js'
import type { StateStore, StateStoreOptions, StoredItem, StoredUser } from './state-store.js'
import { stateFormatVersion, stateStatements } from './state-tables.js'

type Row = readonly SqlValue[]
type Sql = ReturnType<typeof stateStatements>

/** Rows that are read or written at once: some milliseconds of SQLite, which answers in the thread that asks. */
const pageRows = 1000
const defaultPastPerUser = 1000

/** A store over a database that has its tables; throws `EVENTS_FORMAT_UNKNOWN`. */
export async function createSqlStateStore(
  database: StateDatabase,
  { pastPerUser = defaultPastPerUser }: StateStoreOptions,
): Promise<StateStore> {
  const sql = stateStatements(database.dialect)
  await prepare(database, sql, pastPerUser)
  return {
    ...reads(database, sql),
    apply: (events, { log, segment, offset }) =>
      database.change(async (rows) => {
        const changes = changesOf(events, await knownTo(rows, sql, events), pastPerUser)
        return [...statementsOf(changes, sql), { sql: sql.putPosition, elements: [[log, segment, offset]] }]
      }),
    async putItems(items) {
      for (const page of batches(items)) await database.change(() => Promise.resolve([itemsStatement(page, sql)]))
    },
    async addUsers(users) {
      for (const page of batches(users)) {
        const elements = userElements(page)
        await database.change(() => Promise.resolve([{ sql: sql.addUsers, elements }]))
      }
    },
    close: () => database.close(),
  }
}

function reads({ row, rows }: StateDatabase, sql: Sql): Omit<StateStore, 'apply' | 'putItems' | 'addUsers' | 'close'> {
  return {
    async appliedPosition(log) {
      const found = await row(sql.position, [log])
      return found && { log, segment: Number(found[0]), offset: Number(found[1]) }
    },
    async item(id) {
      const found = await row(sql.item, [storable(id)])
      return found && itemOf(found)
    },
    async *items() {
      const read = (after: Row): Promise<readonly Row[]> => rows(sql.itemsAfter, [...after, pageRows])
      yield* pages([''], read, { keyOf: ([id = '']) => [id], valueOf: itemOf })
    },
    async user(id) {
      const found = await row(sql.user, [storable(id)])
      return found && userOf(found)
    },
    async pastOf(user) {
      return (await rows(sql.pastOf, [storable(user)])).map(pastEntryOf).flatMap(eventsOfEntry)
    },
    async *past(since) {
      // Ids sort behind the empty text: of the events at `since` the first comes after this key.
      const first: Row = [since, '', 0, 0]
      const read = (after: Row): Promise<readonly Row[]> => rows(sql.pastAfter, [...after, pageRows])
      const keyOf = ([user = '', , moment = 0, , , isAction = 0, slot = 0]: Row): Row => [moment, user, isAction, slot]
      for await (const page of pages(first, read, { keyOf, valueOf: pastEntryOf })) yield page.flatMap(eventsOfEntry)
    },
    async newestLists(limit) {
      const found = await rows(sql.newestLists, [limit])
      return found.map(([user, requestId, items]) => ({
        user: String(user),
        requestId: String(requestId),
        items: JSON.parse(String(items)) as string[],
      }))
    },
    async counts() {
      const [items, users, pastEvents] = (await row(sql.counts, [])) ?? []
      return { items: Number(items), users: Number(users), pastEvents: Number(pastEvents) }
    },
  }
}

/** Pages of rows by ascending key, each read from behind the last key of the one before. */
async function* pages<T>(
  first: Row,
  read: (after: Row) => Promise<readonly Row[]>,
  { keyOf, valueOf }: { keyOf(row: Row): Row; valueOf(row: Row): T },
): AsyncGenerator<readonly T[]> {
  for (let after = first; ;) {
    const found = await read(after)
    const last = found.at(-1)
    if (!last) return
    yield found.map(valueOf)
    if (found.length < pageRows) return
    after = keyOf(last)
  }
}

/** Things in pages; of those with one id in a page the last stays, since a statement may not write a row twice. */
function* batches<T extends { readonly id: string }>(things: Iterable<T>): Generator<T[]> {
  const batch = new Map<string, T>()
  for (const thing of things) {
    batch.set(storable(thing.id), thing)
    if (batch.size < pageRows) continue
    yield [...batch.values()]
    batch.clear()
  }
  if (batch.size > 0) yield [...batch.values()]
}

/** With another number of slots than before, events move to where later ones look for the oldest. */
async function prepare(database: StateDatabase, sql: Sql, pastPerUser: number): Promise<void> {
  await database.change(async (rows) => {
    const [[version = stateFormatVersion, before = pastPerUser] = []] = await rows(sql.format, [])
    if (version !== stateFormatVersion)
      throw logFormatUnknown({ file: database.name, got: version, known: stateFormatVersion })
    const format = { sql: sql.putFormat, elements: [[stateFormatVersion, pastPerUser]] }
    if (before === pastPerUser) return [format]
    const elements = [[pastPerUser]]
    return [{ sql: sql.trimPast, elements }, { sql: sql.clearSlots }, { sql: sql.assignSlots, elements }, format]
  })
}

/** State before some events, of what they name. */
async function knownTo(rows: ReadRows, sql: Sql, events: readonly LoggedEvent[]): Promise<KnownState> {
  const named = namedBy(events)
  const given = (ids: readonly string[]): SqlValue[] => [JSON.stringify(ids.map((id) => [id]))]
  const users = (await rows(sql.usersGiven, given(named.users))).map(userOf)
  const items = (await rows(sql.itemsGiven, given(named.items))).map(itemOf)
  const counts = (await rows(sql.pastCountsGiven, given(named.pasts))).map(([user, isAction, n]) => ({
    user: String(user),
    isAction: isAction === 1,
    n: Number(n),
  }))
  return {
    users: new Map(users.map((user) => [user.id, user])),
    items: new Map(items.map((item) => [item.id, item])),
    pastCounts: new Map(counts.map((count) => [pastKey(count.user, count.isAction), count])),
  }
}

function statementsOf({ erased, users, items, past, pastCounts }: StateChanges, sql: Sql): Statement[] {
  const pastRows = past.map(({ user, isAction, slot, ordinal, items: shown, moment, kind, requestId }) => [
    ...[user, Number(isAction), slot, ordinal],
    ...[JSON.stringify(shown), moment, kind, requestId],
  ])
  const statements = [
    ...deletions(erased, sql),
    { sql: sql.putUsers, elements: userElements(users) },
    itemsStatement(items, sql),
    { sql: sql.putPast, elements: pastRows },
    { sql: sql.putPastCounts, elements: pastCounts.map(({ user, isAction, n }) => [user, Number(isAction), n]) },
  ]
  return statements.filter(({ elements }) => elements?.length !== 0)
}

const deletions = (users: readonly string[], { deleteUsers, putErased }: Sql): Statement[] =>
  [...deleteUsers, putErased].map((sql) => ({ sql, elements: users.map((user) => [user]) }))

const itemsStatement = (items: readonly StoredItem[], sql: Sql): Statement => ({
  sql: sql.putItems,
  elements: items.map(({ id, title, isHidden, featuresText }) => [
    storable(id),
    title === null ? null : storable(title),
    Number(isHidden),
    featuresText,
  ]),
})

const userElements = (users: readonly StoredUser[]): string[][] =>
  users.map(({ id, features }) => [storable(id), JSON.stringify(features)])

const itemOf = ([id, title, isHidden, features]: Row): StoredItem => ({
  id: String(id),
  title: title === null || title === undefined ? null : String(title),
  isHidden: isHidden === 1,
  featuresText: String(features),
})

const userOf = ([id, features]: Row): StoredUser => ({
  id: String(id),
  features: JSON.parse(String(features)) as JsonValues,
})

const pastEntryOf = ([user, items, moment, kind, requestId]: Row): PastEntry => ({
  user: String(user),
  items: JSON.parse(String(items)) as string[],
  moment: Number(moment),
  kind: kind === null || kind === undefined ? null : String(kind),
  requestId: requestId === null || requestId === undefined ? null : String(requestId),
})
