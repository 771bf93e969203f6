/** What counts as past is one rule: the state of a server and the logs that it exports come to the same counts as of every request. */
import { mkdtempSync, rmSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { randomInteger, randomKey } from '../src/base/index.js'
import { noBadRows } from '../src/data/bad-rows.js'
import { makeExamples } from '../src/data/labelled-table.js'
import type { Config, PastValue } from '../src/features/index.js'
import { categorical, list, liveDefinitions, numeric, validateConfig } from '../src/features/index.js'
import { exportEvents } from '../src/pipeline/index.js'
import { openDatabase } from '../src/sql/index.js'
import { takeEvents } from '../src/serving/event-intake.js'
import { servedEvent } from '../src/serving/served-event.js'
import type { ServerState } from '../src/serving/server-state.js'
import { openServerState } from '../src/serving/server-state.js'
import type { UserPasts } from '../src/serving/user-pasts.js'
import { openUserPasts } from '../src/serving/user-pasts.js'

const home = mkdtempSync(join(tmpdir(), 'widedeep-impressions-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

const aggregates: NonNullable<Config['data']['aggregates']> = {
  shownToUser: { take: 'count', by: 'user' },
  timesShown: { take: 'count', by: ['user', 'item'] },
  shownLately: { take: 'count', by: ['user', 'item'], within: '10m' },
  itemShown: { take: 'count', by: 'item', within: '1h' },
  sinceShown: { take: 'recency', by: ['user', 'item'] },
  ownRate: { take: 'rate', by: 'user', action: 'click' },
  itemRate: { take: 'rate', by: 'item', action: ['click', 'install'], within: '30m', smoothing: 3 },
  sinceClick: { take: 'recency', by: 'user', action: 'click' },
}
const config: Config = {
  data: {
    impressions: { from: 'out/impressions/*.parquet', known: 'received', seen: 'seen' },
    actions: { from: 'out/actions/*.parquet', kind: 'kind', known: 'received', request: 'request' },
    label: { action: 'install', within: '1s' },
    user: 'user',
    item: 'item',
    time: 'timestamp',
    position: { column: 'position' },
    history: { installed: { of: 'item', action: 'install', last: 4 } },
    aggregates,
  },
  features: {
    user: { installed: list(categorical({ sharedWith: 'item' })) },
    item: { item: categorical() },
    context: Object.fromEntries(Object.keys(aggregates).map((name) => [name, numeric()])),
  },
}
const names = [...Object.keys(aggregates), 'installed']

/** What was known of an item of a list when it was served, by request and item. */
type Known = Map<string, Readonly<Record<string, PastValue>>>

const keyOf = (request: unknown, item: unknown): string => `${String(request)} ${String(item)}`

interface Life {
  readonly state: ServerState
  readonly pasts: UserPasts
}

/** Serves a list as a server does: values as of a moment, scores for a while, then the note. */
async function serve({ state, pasts }: Life, known: Known, asked: { user: string; ids: string[]; requestId: string }) {
  const { user, ids, requestId } = asked
  const moment = state.live.moment()
  const past = await pasts.of(user, moment)
  // Values are those of the moment, however long the scores take.
  await wait(ids.length % 3)
  const pairs = past.withItems(ids)
  for (const [at, id] of ids.entries()) {
    const own = Object.entries(pairs).map(([name, values]) => [name, Number.isNaN(values[at]) ? null : values[at]])
    known.set(keyOf(requestId, id), { ...past.values, ...(Object.fromEntries(own) as UserPast) })
  }
  const asker = { user, moment, used: { user: {}, context: {} } }
  const items = ids.map((id, at) => ({ id, rank: at + 1, score: 0 }))
  const answer = { requestId, model: { name: 'm', version: '1', alias: 'champion' } }
  state.live.note(performance.now(), (given) => servedEvent({ answer, asker, items }, given))
}
type UserPast = Record<string, PastValue>

/** The rows of the exported logs as preparation has them. */
async function prepared(): Promise<Record<string, unknown>[]> {
  const database = await openDatabase({ threads: 2 })
  try {
    const reader = { database, temporaryDirectory: home, badRows: noBadRows() }
    const files = { examples: ['out/impressions/*.parquet'] }
    const input = { config, configDirectory: home, files, keepSources: true }
    const { columns } = await makeExamples(reader, input, 'train')
    const cells = [...names, 'request', 'item', 'user', 'position', 'timestamp']
    const select = cells.map((name) => `${columns.get(name) ?? ''} AS "${name}"`)
    return await database.rows(`SELECT ${select.join(', ')} FROM examples`)
  } finally {
    database.close()
  }
}

describe('an impression', () => {
  it('counts at serving what it counts in training, as of every request, however lists, impressions and actions come', async () => {
    expect(validateConfig(config)).toEqual([])
    const definitions = liveDefinitions(config, 1000)
    const known: Known = new Map()
    let clock = Date.UTC(2026, 0, 5, 12)
    const now = (): number => clock
    const open = async (): Promise<Life> => {
      const options = { directory: join(home, 'state'), now, log: () => undefined, onLost: () => undefined }
      const state = await openServerState(options)
      return { state, pasts: await pastsOf(state) }
    }
    const pastsOf = (state: ServerState): Promise<UserPasts> =>
      openUserPasts(state.store, definitions, ({ record }) => state.follow({ onPast: record }))
    let life = await open()
    const requests: { user: string; requestId: string; ids: string[] }[] = []
    let atOnce: Promise<unknown>[] = []
    for (let step = 0; step < 900; step++) {
      const draw = (word: string, bound: number): number => randomInteger(randomKey(5, word), step, bound)
      // Many things within one millisecond, and some a while later.
      clock += draw('calm', 3) === 0 ? draw('pause', 60_000) : draw('tick', 2)
      const item = (word: string): string => `i${String(draw(word, 12))}`
      const user = `u${String(draw('user', 6))}`
      const before = requests[requests.length - 1 - draw('before', 20)]
      const events: object[] = []
      const what = draw('what', 10)
      if (what < 4) {
        const ids = [...new Set(Array.from({ length: 1 + draw('size', 5) }, (_, at) => item(`list ${String(at)}`)))]
        const asked = { user, ids, requestId: `r${String(step)}` }
        atOnce.push(serve(life, known, asked).then(() => requests.push(asked)))
      } else if (what < 6 && before) {
        // Some of what was served, and at times something that was not; often more than once.
        const seen = before.ids.filter((_, at) => draw(`seen ${String(at)}`, 2) === 0)
        const all = draw('other', 4) === 0 ? [...seen, item('other item')] : seen
        const items = [...new Set(all)].map((id, at) => ({ id, position: at + 1 }))
        if (items.length > 0) events.push({ type: 'impression', user: before.user, requestId: before.requestId, items })
      } else if (what < 7) {
        events.push({ type: 'impression', user, items: [{ id: item('told') }], time: clock - draw('late', 300_000) })
      } else {
        const action = ['click', 'install', 'share'][draw('kind', 3)]
        for (let n = 0; n <= draw('many', 3); n++)
          events.push({
            type: 'interaction',
            user,
            item: item(`acted ${String(n)}`),
            action,
            time: clock - draw('delay', 90_000),
          })
      }
      if (events.length > 0) atOnce.push(takeEvents(life.state.live, events))
      if (draw('wait', 4) === 0) {
        await Promise.all(atOnce)
        atOnce = []
      }
      // Another model is opened while things go on.
      if (step % 100 === 50) life = { ...life, pasts: await pastsOf(life.state) }
      if (step % 300 === 299) {
        await Promise.all(atOnce)
        await life.state.live.close()
        life = await open()
      }
    }
    await Promise.all(atOnce)
    await life.state.live.close()

    await exportEvents({
      config,
      state: join(home, 'state'),
      out: join(home, 'out'),
      now: new Date(clock + 2 * 86_400_000),
    })
    const rows = await prepared()
    let compared = 0
    for (const row of rows) {
      const live = known.get(keyOf(row['request'], row['item']))
      if (!live) continue
      const own = names.map((name) => [name, row[name] ?? (name === 'installed' ? [] : null)])
      expect([row['request'], row['item'], Object.fromEntries(own)]).toEqual([row['request'], row['item'], live])
      compared++
    }
    expect(compared).toBeGreaterThan(500)
    for (const name of names)
      expect([name, new Set(rows.map((row) => JSON.stringify(row[name]))).size > 5]).toEqual([name, true])
  }, 60_000)
})
