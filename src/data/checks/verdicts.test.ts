/** What the checks say beyond their planted faults: where the thresholds lie, and what must not alarm. */
import { describe, expect, it } from 'vitest'
import { checkOne, cleanTables, configs } from '../../../test/planted-data.js'
import { randomInteger, randomKey, randomNormal } from '../../base/index.js'
import type { Config } from '../../features/index.js'
import { categorical } from '../../features/index.js'
import { momentText, plotText, secondsText, shareText } from './numbers.js'

const withData = (base: Config, data: Partial<Config['data']>): Config => ({ ...base, data: { ...base.data, ...data } })

describe('leaking-column', () => {
  it('finds a quantity that leaks, one element of a list, and what is missing for positives only', async () => {
    const tables = cleanTables()
    for (const [index, row] of tables.impressions.entries()) {
      const isBought = row['bought'] === 1
      row['price'] = Number((Number(row['price']) + (isBought ? 60 : 0)).toFixed(3))
      row['tags'] = isBought
        ? `${String(row['tags'])}|thanks|x${String(index)}`
        : `x${String(index)}|${String(row['tags'])}`
      row['note'] = isBought ? null : `n${String(index % 7)}`
    }
    const { verdict, offenders, counts } = await checkOne('leaking-column', {
      config: configs.labelled,
      tables: { ...tables },
    })
    expect(verdict).toBe('FAIL')
    const named = offenders.map((text) => text.replace(/:.*/, '')).sort()
    expect(named).toEqual(['column note', 'column price', 'column tags'])
    expect(counts['colour']).toBeGreaterThan(0.42)
    expect(counts['colour']).toBeLessThan(0.58)
  })

  it('lets a column pass that says much but not all', async () => {
    const tables = cleanTables()
    // A shift of √2 standard deviations: the AUC is Φ(1) = .84.
    for (const [index, row] of tables.impressions.entries())
      row['price'] = randomNormal(randomKey(9), index) + (row['bought'] === 1 ? Math.SQRT2 : 0)
    const { verdict, counts } = await checkOne('leaking-column', { config: configs.labelled, tables: { ...tables } })
    expect(verdict).toBe('PASS')
    expect(counts['price']).toBeGreaterThan(0.79)
    expect(counts['price']).toBeLessThan(0.88)
  })
})

describe('actions-before-impression', () => {
  it('calls early actions of all kinds of offsets a warning, not two clocks', async () => {
    const tables = cleanTables()
    for (const [index, action] of tables.actions.slice(0, 80).entries())
      action['time'] = Number(action['time']) - 3600 - randomInteger(randomKey(3), index, 80_000)
    const found = await checkOne('actions-before-impression', { config: configs.joined, tables: { ...tables } })
    expect(found.verdict).toBe('WARN')
    expect(found.text).not.toContain('by about')
    expect(found.counts['early']).toBeGreaterThan(40)
  })
})

describe('orphan-actions', () => {
  it('names the kinds that are there when the asked one is not', async () => {
    const config = withData(configs.joined, { label: { action: 'purchase' } })
    const found = await checkOne('orphan-actions', { config, tables: { ...cleanTables() } })
    expect(found).toMatchObject({ verdict: 'FAIL', hint: 'name kinds that are in the column data.actions.kind' })
    expect(found.offenders[0]).toMatch(/^"buy" 1,\d{3} times$/)
  })
})

describe('duplicate-examples', () => {
  it('tells rows apart by request and item where both logs have requests', async () => {
    const tables = cleanTables()
    for (const [index, row] of tables.impressions.entries()) row['request'] = `r${String(Math.floor(index / 2))}`
    for (const [index, row] of tables.impressions.entries())
      if (index % 2 === 1) row['item'] = `second${String(index % 9)}`
    for (const action of tables.actions) action['request'] = null
    const config = withData(configs.joined, { actions: { from: 'actions.csv', kind: 'event', request: 'request' } })
    expect(await checkOne('duplicate-examples', { config, tables: { ...tables } })).toMatchObject({ verdict: 'PASS' })
    for (const row of tables.impressions.slice(0, 400)) row['item'] = 'i1'
    const found = await checkOne('duplicate-examples', { config, tables: { ...tables } })
    expect(found.text).toMatch(/^200 of \d,\d{3} rows .* repeat the request and item/)
    expect(found.offenders[0]).toBe('r0 i1 in impressions.csv, row 2')
  })
})

describe('time-formats', () => {
  it('warns of zones on some rows only, and lets texts without any pass as UTC', async () => {
    const write = (zone: (index: number) => string) => {
      const tables = cleanTables()
      for (const [index, row] of tables.impressions.entries())
        row['time'] = new Date(Number(row['time']) * 1000).toISOString().slice(0, 19) + zone(index)
      return { config: configs.labelled, tables: { ...tables } }
    }
    expect(
      await checkOne(
        'time-formats',
        write(() => ''),
      ),
    ).toMatchObject({
      verdict: 'PASS',
      text: 'times: 6,000 text without a zone, read as UTC',
    })
    expect(
      await checkOne(
        'time-formats',
        write((index) => (index < 9 ? '+02:00' : '')),
      ),
    ).toMatchObject({
      verdict: 'WARN',
      counts: { 'text without a zone': 5991, 'text with a zone': 9 },
    })
    expect(
      await checkOne(
        'time-formats',
        write(() => 'Z'),
      ),
    ).toMatchObject({ verdict: 'PASS' })
  })
})

describe('label-rate-by-day', () => {
  it('lets a weekend pass that is a third better, and warns of a day that is three times as good', async () => {
    const tables = cleanTables()
    const raise = (day: number, share: number): void => {
      for (const [index, row] of tables.impressions.slice(day * 300, (day + 1) * 300).entries())
        if (randomInteger(randomKey(8, day), index, 100) < share) row['bought'] = 1
    }
    raise(4, 9)
    expect(await checkOne('label-rate-by-day', { config: configs.labelled, tables: { ...tables } })).toMatchObject({
      verdict: 'PASS',
    })
    raise(11, 60)
    const found = await checkOne('label-rate-by-day', { config: configs.labelled, tables: { ...tables } })
    expect(found).toMatchObject({ verdict: 'WARN', counts: { days: 20, far: 1 } })
    expect(found.offenders[0]).toMatch(/^2026-01-12: 6\d\.\d %/)
  })
})

describe('train-test-overlap', () => {
  it('does not take rows for copies that are alike by chance, without keys', async () => {
    const tables = cleanTables()
    const { user: _user, item: _item, time: _time, join: _join, history: _history, ...data } = configs.labelled.data
    const config: Config = {
      data: { ...data, split: { by: 'random', test: 0.2 } },
      features: { colour: categorical(), position: categorical() },
    }
    const found = await checkOne('train-test-overlap', { config, tables: { ...tables } })
    expect(found.verdict).toBe('PASS')
    expect(found.counts['copies']).toBe(found.counts['heldOut'])
  })
})

describe('texts of numbers', () => {
  it('write shares, times and series for people', () => {
    expect([0, 0.00012, 0.0123, 0.123, 1].map(shareText)).toEqual(['0 %', '0.0120 %', '1.23 %', '12.3 %', '100.0 %'])
    expect([45, 210, 7200, 86_400 * 3].map(secondsText)).toEqual(['45 s', '3.5 min', '2 h', '3 d'])
    expect([momentText(0), momentText(1e15)]).toEqual(['1970-01-01T00:00:00Z', '1000000000000000'])
    expect(plotText([0, 1, 2, 4, 8])).toBe('▁▂▃▅█')
    expect(plotText([0, 0])).toBe('▁▁')
    expect(plotText(Array.from({ length: 300 }, () => 1))).toHaveLength(60)
  })
})
