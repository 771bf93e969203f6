import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPrepared } from '../src/data/index.js'
import { simulatedConfig, writeSimulatedLogs } from '../src/simulator/index.js'
import { json, widedeepIn } from './command-line.js'

/** Of the default day: an impression of the last 24 hours is not ripe. */
const secondsBetween = 12
const impressions = 20_000
const unripe = (24 * 3600) / secondsBetween

let home = ''
const at = (...names: string[]): string => join(home, ...names)

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'widedeep-label-join-'))
  writeSimulatedLogs({ directory: home, users: 300, apps: 60, impressions })
  const config = (name: string, text: string): void => {
    mkdirSync(at(name))
    writeFileSync(
      at(name, 'widedeep.config.ts'),
      text.replaceAll(/'(impressions|users|apps|actions).csv'/g, "'../$1.csv'"),
    )
  }
  const small = simulatedConfig.replace('batchSize: 512, epochs: 8', 'batchSize: 512, epochs: 2')
  config('labelled', small)
  const logs = "impressions: 'impressions.csv',\n    actions: { from: 'actions.csv', kind: 'event' },"
  const joined = small
    .replace("examples: 'impressions.csv',", logs)
    .replace(
      "label: { column: 'install' },",
      `label: { action: 'install' },
    history: { lately: { of: 'app', action: 'install', last: 5 } },
    aggregates: {
      installRate: { take: 'rate', by: 'item', action: 'install', within: '2d' },
      timesShown: { take: 'count', by: ['user', 'item'] },
    },`,
    )
    .replace('country: categorical(),', "country: categorical(), lately: list(categorical({ sharedWith: 'app' })),")
    .replace('app: categorical(),', "app: categorical(), installRate: numeric({ normalize: 'zscore' }),")
    .replace(
      'hour: categorical({ values: 24 })',
      "hour: categorical({ values: 24 }), timesShown: numeric({ normalize: 'log' })",
    )
  expect(joined).not.toBe(small)
  config('joined', joined)
})
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

async function labelsOf(name: string): Promise<Map<string, number>> {
  const { directory } = json(widedeepIn(at(name), ['prepare', '--json']))
  const data = openPrepared(String(directory))
  const labels = new Map<string, number>()
  for (const split of ['train', 'validation', 'test']) {
    const { user, item, time, label } = await data.split(split).keys()
    for (const [row, moment] of time.entries())
      labels.set(`${String(user?.[row])} ${String(item?.[row])} ${String(moment)}`, label[row] ?? Number.NaN)
  }
  data.close()
  return labels
}

describe('impression and action logs', () => {
  it('give the labels that the simulator knows, for every impression but those that are too young', async () => {
    const known = await labelsOf('labelled')
    const joined = await labelsOf('joined')
    expect(known.size).toBe(impressions)
    expect(joined.size).toBeGreaterThanOrEqual(impressions - unripe - 1)
    expect(joined.size).toBeLessThanOrEqual(impressions - unripe + 1)
    expect([...joined].filter(([key, label]) => label !== known.get(key))).toEqual([])
  })

  it('train, are told in numbers, and are prepared again when the actions change', () => {
    const prepared = json(widedeepIn(at('joined'), ['prepare', '--json']))
    expect(prepared).toMatchObject({ isUnchanged: true, attribution: { impressions, late: 0, early: 0, orphans: 0 } })
    expect(String(prepared['warnings'])).toContain('impressions are left out')
    const { metrics } = json(widedeepIn(at('joined'), ['train', '--out', 'model', '--json']))
    expect((metrics as { auc: number }).auc).toBeGreaterThan(0.55)
    writeFileSync(at('actions.csv'), `${readFileSync(at('actions.csv'), 'utf8')}u1,nosuch,1767225700,install\n`)
    const again = widedeepIn(at('joined'), ['prepare'])
    expect(again.stdout).toMatch(/too young to know\nactions .* 1 never shown\nprepared: train/)
  })
})
