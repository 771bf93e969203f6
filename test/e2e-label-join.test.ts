import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPrepared } from '../src/data/index.js'
import { simulate, simulatedConfig } from '../src/simulator/index.js'
import { json, widedeepIn } from './command-line.js'

let impressions = 0
let home = ''
const at = (...names: string[]): string => join(home, ...names)

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'widedeep-label-join-'))
  // Labelled: what the simulator knows stands in the impressions too, and the join has to find it without.
  impressions = simulate({ directory: home, users: 300, apps: 60, days: 9, labelled: true }).all.impressions
  const config = (name: string, text: string): void => {
    mkdirSync(at(name))
    writeFileSync(
      at(name, 'widedeep.config.ts'),
      text.replaceAll(/'(impressions|users|apps|actions).csv'/g, "'../$1.csv'"),
    )
  }
  const short = (text: string): string => text.replace('epochs: 8', 'epochs: 2')
  config('labelled', short(simulatedConfig(true)))
  config('joined', short(simulatedConfig()))
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
  it('give the labels that the simulator knows, for every impression', async () => {
    const known = await labelsOf('labelled')
    const joined = await labelsOf('joined')
    expect(known.size).toBe(impressions)
    // Some actions of the last day become known long after the last impression: the window of each is over when the logs end.
    expect(joined.size).toBe(impressions)
    expect([...joined].filter(([key, label]) => label !== known.get(key))).toEqual([])
  })

  it('train, are told in numbers, and are prepared again when the actions change', () => {
    const prepared = json(widedeepIn(at('joined'), ['prepare', '--json']))
    expect(prepared).toMatchObject({ isUnchanged: true, attribution: { impressions, late: 0, early: 0, orphans: 0 } })
    expect(prepared['warnings']).toEqual([])
    const { metrics } = json(widedeepIn(at('joined'), ['train', '--out', 'model', '--json']))
    expect((metrics as { auc: number }).auc).toBeGreaterThan(0.55)
    writeFileSync(
      at('actions.csv'),
      `${readFileSync(at('actions.csv'), 'utf8')},u1,nosuch,1767225700,1767225700,install\n`,
    )
    const again = widedeepIn(at('joined'), ['prepare'])
    expect(again.stdout).toMatch(
      /too young to know\nactions .* 1 never shown\nprepared from the beginning \(\S*actions\.csv has changed\): train/,
    )
  })
})
