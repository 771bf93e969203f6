import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Tables } from '../../../test/planted-data.js'
import { checkOne, checkTables, cleanTables, configs, firstSecond } from '../../../test/planted-data.js'
import type { Config } from '../../features/index.js'
import { dataChecks } from './index.js'

interface Plant {
  readonly config?: Config
  readonly plant?: (tables: Tables) => Record<string, Tables['impressions']> | undefined
  readonly spoil?: (directory: string) => void
  readonly verdict: 'WARN' | 'FAIL'
  /** What the text, the offenders and the hint must hold. */
  readonly says: readonly RegExp[]
}

const day = (row: Tables['impressions'][number]): number => Math.floor((Number(row['time']) - firstSecond) / 86_400)
const isTest = (_: unknown, index: number): boolean => index >= 4800

/** For each check one fault that it must find. */
const plants: Readonly<Record<string, Plant>> = {
  'unread-rows': {
    spoil: (directory) => {
      appendFileSync(join(directory, 'impressions.csv'), 'u1,i1\n')
    },
    verdict: 'WARN',
    says: [/^1 of 6,001 rows/, /impressions.csv, line 6002/],
  },
  'unmatched-joins': {
    plant: ({ users }) => {
      users.splice(0, 20)
      return undefined
    },
    verdict: 'WARN',
    says: [/users\.csv/, /^u\d+ in impressions\.csv, row \d+$/m],
  },
  'unusable-actions': {
    config: configs.joined,
    plant: ({ actions }) => {
      for (const action of actions.slice(3, 13)) action['user'] = null
      return undefined
    },
    verdict: 'WARN',
    says: [/^10 of/, /no user in actions\.csv, row 4/],
  },
  'orphan-actions': {
    config: configs.joined,
    plant: ({ actions }) => {
      for (const action of actions.slice(0, 100)) action['user'] = 'nobody'
      return undefined
    },
    verdict: 'WARN',
    says: [/^100 of/, /user "nobody", item "i\d+" at 2026-01-01T/],
  },
  'actions-before-impression': {
    config: configs.joined,
    plant: ({ actions }) => {
      for (const action of actions) action['time'] = Number(action['time']) - 7200
      return undefined
    },
    verdict: 'FAIL',
    says: [/come before the first impression of the item; 99\.\d % of them by about 115\.\d min/, /clocks/],
  },
  'late-actions': {
    config: configs.joined,
    plant: ({ actions }) => {
      for (const action of actions.slice(0, 200)) action['time'] = Number(action['time']) + 3 * 86_400
      return undefined
    },
    verdict: 'WARN',
    says: [/come more than 24h after the impression, half of them within 3(\.\d)? d/, /data\.label\.within/],
  },
  'duplicate-examples': {
    plant: ({ impressions }) => {
      impressions.push(...impressions.slice(7, 67))
      return undefined
    },
    verdict: 'WARN',
    says: [/^60 of 6,060 rows/, /impressions\.csv, row 6001/],
  },
  'time-formats': {
    plant: ({ impressions }) => {
      for (const row of impressions.slice(10, 20)) row['time'] = Number(row['time']) * 1000
      return undefined
    },
    verdict: 'FAIL',
    says: [/5,990 seconds, 10 milliseconds/, /1767228480000 in impressions\.csv, row 11/],
  },
  'future-times': {
    plant: ({ impressions }) => {
      const [first] = impressions
      if (first) first['time'] = firstSecond + 3650 * 86_400
      return undefined
    },
    verdict: 'FAIL',
    says: [/^1 of 6,000 rows lie in the future; the latest is of 2035-12-30/, /impressions\.csv, row 1$/m],
  },
  'label-rate-by-day': {
    plant: ({ impressions }) => {
      for (const row of impressions) if (day(row) === 5) row['bought'] = 0
      return undefined
    },
    verdict: 'FAIL',
    says: [/20 days, .* 1 off {2}[▁-█]{5}▁[▂-█]/, /2026-01-06: 0 % of 300 rows/],
  },
  'tiny-data': {
    plant: ({ impressions }) => {
      impressions.splice(200)
      return undefined
    },
    verdict: 'WARN',
    says: [/140 training rows, 1,000 at least/, /rows of the rarer class in test, 30 needed/],
  },
  'class-imbalance': {
    plant: ({ impressions }) => {
      for (const [index, row] of impressions.entries()) row['bought'] = index % 2000 === 0 ? 1 : 0
      return undefined
    },
    verdict: 'WARN',
    says: [/^0\.07\d* % of the training rows are positive/],
  },
  'position-distribution': {
    plant: ({ impressions }) => {
      for (const row of impressions) row['position'] = 1
      return undefined
    },
    verdict: 'WARN',
    says: [/100\.0 % of the rows are at one position/],
  },
  'constant-columns': {
    plant: ({ impressions }) => {
      for (const row of impressions) row['colour'] = 'red'
      return undefined
    },
    verdict: 'WARN',
    says: [/^1 of 9 columns/, /column colour/],
  },
  'almost-unique-columns': {
    plant: ({ impressions }) => {
      for (const [index, row] of impressions.entries()) row['colour'] = `c${String(index)}`
      return undefined
    },
    verdict: 'WARN',
    says: [/column colour: 4,200 values in 4,200 rows/],
  },
  'missing-values': {
    plant: ({ impressions }) => {
      for (const row of impressions.filter(isTest)) row['note'] = null
      return undefined
    },
    verdict: 'FAIL',
    says: [/column note: \d+\.\d+ % missing in training, 100\.0 % in test/],
  },
  'leaking-column': {
    plant: ({ impressions }) => {
      for (const [index, row] of impressions.entries())
        row['note'] = row['bought'] === 1 ? `receipt${String(index)}` : null
      return undefined
    },
    verdict: 'FAIL',
    says: [/^1 of 9 columns predict the label alone/, /column note: AUC 1\.0000/],
  },
  'vocabulary-coverage': {
    plant: ({ impressions }) => {
      for (const row of impressions.filter(isTest)) row['colour'] = 'crimson'
      return undefined
    },
    verdict: 'FAIL',
    says: [
      /100\.0 % of the values in test are out of vocabulary \(colour\), by day █+/,
      /column colour: 1,200 of 1,200/,
    ],
  },
  drift: {
    plant: ({ impressions }) => {
      for (const row of impressions.filter(isTest)) row['price'] = Number(row['price']) + 10
      return undefined
    },
    verdict: 'WARN',
    says: [/^1 of 7 columns drifted/, /column price: \d/],
  },
  'train-test-overlap': {
    config: {
      ...configs.labelled,
      data: { ...configs.labelled.data, split: { by: 'random', validation: 0.1 }, test: 'test.csv' },
    },
    plant: ({ impressions, users }) => ({ impressions, users, test: impressions.slice(100, 400) }),
    verdict: 'FAIL',
    says: [/held-out rows .* stand in training too/, /in test\.csv, row \d/],
  },
}

describe('every data check', () => {
  it('has a planted fault here', () => {
    expect(Object.keys(plants)).toEqual(dataChecks.map(({ name }) => name))
  })

  it('passes clean data, or says why it has nothing to look at', async () => {
    for (const config of Object.values(configs)) {
      const { checks } = await checkTables({ config, tables: { ...cleanTables() } })
      expect(checks.filter(({ verdict }) => verdict === 'WARN' || verdict === 'FAIL')).toEqual([])
      expect(checks.filter(({ text }) => text === '')).toEqual([])
      const idle = checks.filter(({ verdict }) => verdict === 'SKIP').map(({ name }) => name)
      const needLogs = ['unusable-actions', 'orphan-actions', 'actions-before-impression', 'late-actions']
      expect(idle).toEqual(config === configs.joined ? [] : needLogs)
    }
  })

  for (const [name, { config = configs.labelled, plant, spoil, verdict, says }] of Object.entries(plants)) {
    it(`${name}: finds its planted fault, names the first offender and how to mend it`, async () => {
      const clean = cleanTables()
      const tables = plant?.(clean) ?? { ...clean }
      const found = await checkOne(name, { config, tables, ...(spoil ? { spoil } : {}) })
      expect(found).toMatchObject({ name, verdict })
      expect(found.offenders.length).toBeGreaterThan(name === 'class-imbalance' ? -1 : 0)
      expect(found.hint).not.toBe(null)
      const told = [found.text, ...found.offenders, found.hint ?? ''].join('\n')
      for (const one of says) expect(told).toMatch(one)
    })
  }
})
