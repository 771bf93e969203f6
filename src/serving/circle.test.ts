/** The circle of the paper's figure 2: what was served and done comes back as training data. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freshDirectory } from '../../test/opaque-bundle.js'
import { servedConfig, trainServedBundle } from '../../test/served-bundle.js'
import { checkedConfig, exportEvents, prepareData } from '../pipeline/index.js'
import type { Explained, RankedList } from '../protocol/index.js'
import { openDatabase, quoteText } from '../sql/index.js'
import { createServer } from './index.js'

const day = 86_400_000
const start = Date.UTC(2026, 0, 5)

it('goes round: lists are served, acted upon, exported by day, and prepared with labels, positions and histories', async () => {
  const home = freshDirectory()
  const bundle = await trainServedBundle(home)
  let now = start
  const state = join(home, 'state')
  const server = await createServer({
    models: { bundle },
    directory: state,
    port: 0,
    deadlineMs: 30_000,
    now: () => now,
  })
  const url = await server.listen()
  const post = async <T>(path: string, body: object): Promise<T> => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    expect(response.status).toBeLessThan(300)
    return (await response.json()) as T
  }
  const installs: { user: string; item: string }[] = []
  const shown = new Map<string, number>()
  const catalogue = (await (await fetch(`${url}/v1/items?limit=20`)).json()) as { items: { id: string }[] }
  const apps = catalogue.items.map(({ id }) => id)
  for (let visit = 0; visit < 120; visit++) {
    now = start + visit * (day / 20)
    const user = `u${String(1 + (visit % 8))}`
    const context = { hour: visit % 24, device: visit % 2 === 0 ? 'phone' : 'tablet' }
    const asked = { user, context }
    // What is known before the list is served: a list counts as soon as it is.
    const { items: explained } = await post<Explained>('/v1/explain', { ...asked, items: apps })
    const { requestId, items } = await post<RankedList>('/v1/recommend', { ...asked, k: 5 })
    // Once a client asks twice under one id: what is new in the other list was shown as well, and the rest once.
    if (visit === 41) {
      const exclude = items.slice(0, 2).map(({ id }) => id)
      const other = await post<RankedList>('/v1/recommend', { ...asked, k: 5, requestId, exclude })
      await post<RankedList>('/v1/recommend', { ...asked, k: 5, requestId, exclude })
      items.push(...other.items.filter(({ id }) => items.every((item) => item.id !== id)))
      expect(items).toHaveLength(7)
    }
    for (const { id, explanation } of explained) {
      const times = shown.get(`${user} ${id}`) ?? 0
      const told = explanation.parts.find(({ columns }) => columns.includes('timesShown'))
      expect(told?.values).toEqual([String(times)])
    }
    for (const { id } of items) shown.set(`${user} ${id}`, (shown.get(`${user} ${id}`) ?? 0) + 1)
    // Most lists are never confirmed; some are in part, and elsewhere on the page.
    if (visit % 40 === 1) {
      const seen = [...items.slice(0, 2), ...items.slice(6)].map(({ id }, at) => ({ id, position: at + 11 }))
      await post('/v1/events', { type: 'impression', user, requestId, items: seen })
    }
    // An hour passes: what was served must be applied before, as it is after a moment by any other clock.
    await post('/v1/events', { type: 'user', user: 'nobody', features: {} })
    if (visit % 3 !== 0) continue
    const item = items[visit % 5]?.id ?? ''
    installs.push({ user, item })
    now += 60_000
    await post('/v1/events', { type: 'interaction', user, item, action: 'install', requestId })
  }
  await server.close()

  const config = checkedConfig(
    {
      ...servedConfig,
      data: {
        ...servedConfig.data,
        examples: undefined,
        impressions: { from: 'out/impressions/*.parquet', known: 'received', seen: 'seen' },
        actions: { from: 'out/actions/*.parquet', kind: 'event', known: 'received', request: 'request' },
        label: { action: 'install', within: '1h' },
        join: [{ from: 'apps.csv', on: 'app' }],
        split: { by: 'time', test: '1d' },
      },
    },
    'config',
  )
  const out = join(home, 'out')
  const today = new Date(start + 5 * day + 1)
  const { days } = await exportEvents({ config, state, out, now: today })
  expect(days.map(({ day: one, impressions }) => [one, impressions])).toEqual(
    [100, 100, 102, 100, 100].map((rows, index) => [new Date(start + index * day).toISOString().slice(0, 10), rows]),
  )
  expect((await exportEvents({ config, state, out, now: today })).days).toEqual([])
  expect((await exportEvents({ config, state, out, now: new Date(start + 7 * day) })).days).toHaveLength(1)

  const loaded = { config, path: join(home, 'again.config.ts'), directory: home }
  const prepared = await prepareData(loaded, { out: join(home, 'prepared'), onProgress: () => undefined })
  expect(prepared.attribution).toMatchObject({ positives: installs.length })
  expect(prepared.warnings.join()).toContain('10 of 602 rows are left out: nobody saw them, says the column seen')
  const database = await openDatabase()
  const [first] = await database.rows(
    `SELECT * FROM read_parquet(${quoteText(join(out, 'impressions', '*.parquet'))}) ORDER BY timestamp, position LIMIT 1`,
  )
  const told = await database.rows(
    `SELECT DISTINCT position FROM read_parquet(${quoteText(join(out, 'impressions', '*.parquet'))}) WHERE position > 10 ORDER BY ALL`,
  )
  database.close()
  expect(told.map(({ position }) => position)).toEqual([11, 12, 13])
  expect(first).toMatchObject({ user: 'u1', position: 1, hour: '0', device: 'phone', timestamp: start })
  expect(Object.keys(first ?? {})).toEqual(
    expect.arrayContaining([
      'user',
      'app',
      'timestamp',
      'request',
      'position',
      'country',
      'language',
      'hour',
      'device',
    ]),
  )
  expect(Object.keys(first ?? {})).not.toContain('installed')
}, 120_000)
