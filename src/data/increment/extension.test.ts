import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { categorical, createEncoder, cross, validateConfig } from '../../features/index.js'
import type { Config } from '../../features/index.js'
import { openDatabase } from '../../sql/index.js'
import { fingerprintOf } from '../fingerprint.js'
import type { PrepareResult } from '../index.js'
import { openPrepared, prepare } from '../index.js'

const root = mkdtempSync(join(tmpdir(), 'widedeep-extension-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

let home = root
beforeEach(() => {
  home = mkdtempSync(join(root, 'case-'))
  mkdirSync(join(home, 'logs'))
})

const config: Config = {
  data: { examples: 'logs/*.csv', label: { column: 'click' }, time: 'at', split: { by: 'time', test: '20h' } },
  features: { app: categorical({ minCount: 2 }), place: categorical() },
  model: { wide: { crosses: [cross('app', 'place', { minCount: 2 })] } },
  training: { validationShare: 0 },
}

/** A day with these apps, an hour apart, each shown at home. */
function writeDay(day: number, apps: readonly string[], place = 'home'): void {
  const lines = apps.map((app, hour) => `1,${app},${place},${String((day * 24 + hour) * 3600)}`)
  writeFileSync(join(home, 'logs', `day-${String(day)}.csv`), `click,app,place,at\n${lines.join('\n')}\n`)
}

const run = (
  own: Config = config,
  more: { full?: boolean; onProgress?: (text: string) => void } = {},
): Promise<PrepareResult> =>
  prepare({ config: own, configDirectory: home, outDirectory: join(home, 'prepared'), ...more })

/** The names of ids from 2 on. */
function namesOf(name: string): (string | undefined)[] {
  const prepared = openPrepared(join(home, 'prepared'))
  const encoder = createEncoder(prepared.config, prepared.featureState)
  prepared.close()
  const shape = encoder.columns.find((column) => column.name === name)?.shape
  const count = shape?.kind === 'ids' ? shape.idCount - 2 : 0
  return Array.from({ length: count }, (_, index) => {
    const tuple = encoder.crosses.get(name)?.tupleOf(index + 2)
    return tuple ? [...tuple].join('&') : encoder.features.get(name)?.tokenOf?.(index + 2)
  })
}

describe('a day more', () => {
  it('is read alone: whatever the files of the days before are by then', async () => {
    writeDay(1, ['a', 'a', 'b'])
    writeDay(2, ['b'])
    expect(await run()).toMatchObject({ rows: { train: 3, test: 1 } })
    writeDay(3, ['c', 'c'])
    const reads = (text: string): void => {
      if (!text.startsWith('reading')) return
      for (const day of [1, 2]) writeFileSync(join(home, 'logs', `day-${String(day)}.csv`), 'no,such,columns\n')
    }
    const { extension, rows } = await run(config, { onProgress: reads })
    expect(extension).toEqual({ files: 1, rows: 2, finalRows: 3 })
    expect(rows).toEqual({ train: 4, validation: 0, test: 2 })
  })

  it('leaves the rows that were final in their files, and numbers the new ones behind them', async () => {
    writeDay(1, ['a', 'a', 'b'])
    writeDay(2, ['b'])
    await run()
    const path = join(home, 'prepared', 'encoded-train.parquet')
    const before = readFileSync(path)
    writeDay(3, ['c', 'c'])
    await run()
    expect(readFileSync(path)).toEqual(before)
    expect(readdirSync(join(home, 'prepared')).filter((name) => name.startsWith('encoded-train'))).toEqual([
      'encoded-train-1.parquet',
      'encoded-train.parquet',
    ])
    const train = openPrepared(join(home, 'prepared')).split('train')
    expect([...(await train.keys()).time]).toEqual([24, 25, 26, 48].map((hour) => hour * 3600))
    const block = await train.readRanges([{ first: 2, count: 2 }])
    // b was too rare on its first day and is known from its second on.
    expect([...(block.ids['app']?.ids ?? [])]).toEqual([1, 3])
    train.close()
  })

  it('gives ids to what is frequent enough by now, behind those that are there', async () => {
    writeDay(1, ['a', 'a', 'b', 'c'])
    writeDay(2, ['c', 'c', 'c', 'd'])
    await run()
    expect([namesOf('app'), namesOf('place'), namesOf('app_x_place')]).toEqual([['a'], ['home'], ['1&2', '2&2']])
    writeDay(3, ['b'])
    await run()
    // c has more rows of training than a by now and comes behind it all the same.
    expect([namesOf('app'), namesOf('place'), namesOf('app_x_place')]).toEqual([
      ['a', 'c'],
      ['home'],
      ['1&2', '2&2', '3&2'],
    ])
    writeDay(4, ['e'], 'work')
    await run()
    expect(namesOf('app')).toEqual(['a', 'c', 'b'])
    writeDay(5, ['b'])
    await run()
    writeDay(6, ['e'])
    await run()
    // b at home was there on the third and the fifth day.
    expect(namesOf('app_x_place')).toEqual(['1&2', '2&2', '3&2', '4&2'])
    await run(config, { full: true })
    expect(namesOf('app')).toEqual(['c', 'b', 'a'])
  })

  it('takes the names of tokens that were not seen for long; they come back as new ones', async () => {
    const app = categorical({ expireAfter: '30h' })
    const own: Config = { ...config, features: { app }, model: {} }
    expect(validateConfig(own)).toEqual([])
    writeDay(1, ['a', 'b'])
    writeDay(2, ['a', 'c'])
    writeDay(3, ['c', 'd'])
    await run(own)
    // Training ends with the second day.
    expect(namesOf('app')).toEqual(['a', 'b', 'c'])
    writeDay(4, ['b'])
    await run(own)
    expect(namesOf('app')).toEqual(['a', undefined, 'c', 'd'])
    writeDay(5, ['e'])
    await run(own)
    // b was taken up again; a is as old as its day and an hour before that of b.
    expect(namesOf('app')).toEqual([undefined, undefined, 'c', 'd', 'b'])
    const prepared = openPrepared(join(home, 'prepared'))
    const encoder = createEncoder(own, prepared.featureState)
    prepared.close()
    expect([...(encoder.encode([{ app: 'a' }, { app: 'b' }, { app: '' }]).ids['app']?.ids ?? [])]).toEqual([1, 6, 0])
    // From the beginning what has expired gets no id at all.
    await run(own, { full: true })
    expect(namesOf('app')).toEqual(['b', 'c', 'd'])
  })

  it('that changes nothing is said, and so is what was done before', async () => {
    writeDay(1, ['a', 'a'])
    writeDay(2, ['b'])
    await run()
    writeDay(3, ['b'])
    const { extension, ...extended } = await run()
    expect(extension?.files).toBe(1)
    expect(await run()).toEqual({ ...extended, isUnchanged: true })
    // The same files from the beginning may give other ids: no training goes on from the one to the other.
    expect((await run(config, { full: true })).fingerprint).not.toBe(extended.fingerprint)
  })
})

describe('everything is prepared from the beginning', () => {
  beforeEach(async () => {
    writeDay(1, ['a', 'a'])
    writeDay(2, ['b'])
    await run()
    writeDay(3, ['c'])
  })

  it.each<[string, string, () => Config]>([
    ['the config has changed', 'a changed config', () => ({ ...config, training: { validationShare: 0.5 } })],
    ['logs/day-1.csv has changed', 'a changed file', () => (writeDay(1, ['a', 'b']), config)],
    ['logs/day-1.csv is gone', 'a file that is gone', () => (rmSync(join(home, 'logs', 'day-1.csv')), config)],
    ['day-0.csv has 2 rows from before the end of training', 'a backfill', () => (writeDay(0, ['x', 'y']), config)],
  ])('because %s', async (reason, _, change) => {
    const result = await run(change())
    expect(result.fromTheBeginning).toBe(reason)
    expect(result.extension).toBeUndefined()
  })

  it('on request, also when nothing is new', async () => {
    await run()
    const result = await run(config, { full: true })
    expect(result).toMatchObject({ isUnchanged: false, rows: { train: 3, test: 1 } })
    expect(result.extension).toBeUndefined()
  })

  it.each<[string, Partial<Config['data']>]>([
    ['a split by random is drawn over all rows', { split: { by: 'random', test: 0.5 } }],
    ['a split by user is drawn over all rows', { split: { by: 'user', test: 0.5 }, user: 'app' }],
    ['without data.time no row is older than another', { split: undefined, time: undefined } as never],
  ])('because %s', async (reason, data) => {
    const own = { ...config, data: { ...config.data, ...data } }
    await run(own)
    writeDay(4, ['d'])
    expect((await run(own)).fromTheBeginning).toBe(reason)
  })
})

describe('a final impression', () => {
  const logs: Config = {
    data: {
      impressions: 'logs/day-*.csv',
      actions: { from: 'logs/done-*.csv', request: 'request' },
      label: { action: 'install', within: '6h' },
      user: 'user',
      item: 'item',
      time: 'at',
      split: { by: 'time', test: '1h' },
    },
    features: { user: categorical() },
    training: { validationShare: 0 },
  }
  const write = (name: string, lines: readonly string[]): void => {
    writeFileSync(join(home, 'logs', `${name}.csv`), `user,item,request,at\n${lines.join('\n')}\n`)
  }
  const hour = 3600

  beforeEach(async () => {
    // r1 is final, r2 tests, r3 is too young to know.
    write('day-1', [`u,i,r1,${String(5 * hour)}`, `w,i,r2,${String(7 * hour)}`, `u,i,r3,${String(8 * hour)}`])
    write('done-1', [`u,i,r1,${String(6 * hour)}`, `x,i,,${String(13.5 * hour)}`])
    expect((await run(logs)).rows).toEqual({ train: 1, validation: 0, test: 1 })
  })

  it('takes the action of its request, so that no later impression of the user gets it; that is counted', async () => {
    write('done-2', [`u,i,r1,${String(10 * hour)}`, `v,i,,${String(15 * hour)}`])
    const { attribution, rows, warnings } = await run(logs)
    expect(rows).toEqual({ train: 2, validation: 0, test: 1 })
    expect(attribution).toMatchObject({ impressions: 2, positives: 0, credited: 0, settled: 1 })
    expect(warnings.join()).toContain('1 new actions are for impressions whose examples are final')
  })

  it('is counted once: an action known before is no new one', async () => {
    write('done-2', [`v,i,,${String(15 * hour)}`])
    expect((await run(logs)).attribution).toMatchObject({ impressions: 2, settled: 0, actions: 2, orphans: 2 })
  })
})

describe('an extension that ends before its end', () => {
  it('leaves what was there, whenever that happens', async () => {
    writeDay(1, ['a', 'a'])
    writeDay(2, ['b'])
    const before = await run()
    const manifest = readFileSync(join(home, 'prepared', 'prepared.json'))
    writeDay(3, ['c'])
    let stop = 0
    for (let isDone = false; !isDone;) {
      let step = 0
      stop++
      const onProgress = (): void => {
        if (++step === stop) throw new Error('stopped')
      }
      isDone = await run(config, { onProgress }).then(
        () => true,
        () => false,
      )
      if (isDone) break
      expect(readFileSync(join(home, 'prepared', 'prepared.json'))).toEqual(manifest)
      expect(readdirSync(home).sort()).toEqual(['logs', 'prepared'])
    }
    expect(stop).toBeGreaterThan(5)
    expect(before.rows).toEqual({ train: 2, validation: 0, test: 1 })
    expect(existsSync(join(home, 'prepared', 'encoded-train-1.parquet'))).toBe(true)
  })
})

describe('a file that stayed as it was', () => {
  it('is known by its times of change, and read again when they are not those it had', async () => {
    const own = fileURLToPath(import.meta.url)
    const own2 = { config: { data: { examples: basename(own) }, features: {} }, configDirectory: dirname(own) }
    const database = await openDatabase()
    const first = await fingerprintOf(database, own2)
    const told = first.sources.map((source) => ({ ...source, identity: 'told' }))
    expect((await fingerprintOf(database, own2, told)).sources).toEqual(told)
    const older = told.map((source) => ({ ...source, stamp: source.stamp.replace(String(statSync(own).size), '1') }))
    expect((await fingerprintOf(database, own2, older)).sources).toEqual(first.sources)
    database.close()
  })
})
