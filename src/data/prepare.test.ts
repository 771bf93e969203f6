import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../features/index.js'
import { bucketized, categorical, createEncoder, list, numeric } from '../features/index.js'
import { openDatabase, quoteText } from '../sql/index.js'
import type { PreparedData } from './index.js'
import { openPrepared, prepare, readCatalogue } from './index.js'

const root = mkdtempSync(join(tmpdir(), 'widedeep-test-'))
let directory = root
let count = 0
beforeEach(() => {
  directory = mkdtempSync(join(root, `case-${String(count++)}-`))
})
afterEach(() => {
  delete process.env['WIDEDEEP_DATA']
})
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const write = (name: string, content: string | Uint8Array): void => {
  writeFileSync(join(directory, name), content)
}

const run = (config: Config): ReturnType<typeof prepare> =>
  prepare({ config, configDirectory: directory, outDirectory: join(directory, 'prepared') })

const clicks = (extra: Partial<Config['data']> = {}): Config => ({
  data: { examples: 'rows.csv', label: { column: 'click' }, split: { by: 'random' }, ...extra },
  features: { app: categorical() },
  training: { validationShare: 0 },
})

/** Tokens of a single-valued column of the training split, in order. */
async function tokens(name = 'app'): Promise<(string | undefined)[]> {
  const { createEncoder } = await import('../features/index.js')
  const prepared = openPrepared(join(directory, 'prepared'))
  const encoder = createEncoder(prepared.config, prepared.featureState)
  const block = await prepared.split('train').readBlock(0, prepared.split('train').rowCount)
  prepared.close()
  return Array.from(block.ids[name]?.ids ?? [], (id) => encoder.features.get(name)?.tokenOf?.(id))
}

describe('features of one column', () => {
  it('may be several, each reading the column that it names', async () => {
    write('rows.csv', 'click,age\n1,20\n0,40\n1,60\n')
    const config: Config = {
      ...clicks(),
      features: { age: numeric(), decade: bucketized({ boundaries: [30, 50], from: 'age' }) },
    }
    await run(config)
    const prepared = openPrepared(join(directory, 'prepared'))
    const block = await prepared.split('train').readBlock(0, 3)
    expect([...(block.numbers['age'] ?? [])]).toEqual([20, 40, 60])
    expect([...(block.ids['decade']?.ids ?? [])]).toEqual([1, 2, 3])
    const encoder = createEncoder(config, prepared.featureState)
    prepared.close()
    const served = encoder.encode([{ age: 40 }, { age: 60, decade: 20 }])
    expect([...(served.ids['decade']?.ids ?? [])]).toEqual([2, 1])
  })
})

describe('reading files', () => {
  it('reads quotes, line ends of either kind, empty lines at the end, and trims around delimiters', async () => {
    write('rows.csv', 'click,app\r\n1, "a ""b"", c"\r\n0,  d \r\n1,\r\n\r\n\r\n')
    await run(clicks())
    expect(await tokens()).toEqual(
      [' "a ""b"", c"', 'd', undefined].map((text, index) => (index === 0 ? 'a "b", c' : text)),
    )
  })

  it('reads tabs, pipes, gzip, globs and Latin-1, files in their order and rows in theirs', async () => {
    write('b-2.tsv.gz', gzipSync('click\tapp\n1\tthird\n'))
    write('b-1.tsv', 'click\tapp\n0\tfirst\n1\tsecond\n')
    await run(clicks({ examples: 'b-*.tsv*' }))
    expect(await tokens()).toEqual(['first', 'second', 'third'])
    write('latin.csv', Buffer.from('1|Misérables\n', 'latin1'))
    await run(
      clicks({
        examples: ['latin.csv'],
        format: { delimiter: '|', encoding: 'latin-1', header: false, columns: ['click', 'app'] },
      }),
    )
    expect(await tokens()).toEqual(['Misérables'])
  })

  it('reads files whose columns stand in another order', async () => {
    write('x1.csv', 'click,app\n1,a\n')
    write('x2.csv', 'app,other,click\nb,9,0\n')
    await run(clicks({ examples: 'x*.csv' }))
    expect(await tokens()).toEqual(['a', 'b'])
  })

  it('takes null markers and empty cells for missing', async () => {
    write('rows.csv', 'click,app\n1, ?\n0,NA\n1,\n0,x\n')
    await run(clicks({ format: { null: ['?', 'NA'] } }))
    expect(await tokens()).toEqual([undefined, undefined, undefined, 'x'])
  })

  it('looks below WIDEDEEP_DATA first, then beside the config', async () => {
    write('rows.csv', 'click,app\n1,beside\n')
    process.env['WIDEDEEP_DATA'] = mkdtempSync(join(root, 'data-'))
    await run(clicks())
    expect(await tokens()).toEqual(['beside'])
    writeFileSync(join(process.env['WIDEDEEP_DATA'], 'rows.csv'), 'click,app\n1,below\n')
    await run(clicks())
    expect(await tokens()).toEqual(['below'])
  })

  it('leaves out rows with too few or too many cells up to a limit, and shows them with file and line', async () => {
    write('rows.csv', `click,app\n1,a\n1\n0,b,c\n${'0,a\n'.repeat(100)}`)
    await expect(run(clicks())).rejects.toMatchObject({
      code: 'DATA_ROWS_BAD',
      exitCode: 3,
      message: expect.stringMatching(/rows\.csv, line 3[^]*rows\.csv, line 4/),
    })
    const { warnings, rows } = await run(clicks({ format: { badRows: 0.05 } }))
    expect(rows['train']).toBe(101)
    expect(warnings).toEqual([expect.stringContaining('2 rows were left out')])
  })

  it('counts cells that are no number, NaN and infinity as bad, and shows them', async () => {
    write('rows.csv', 'click,price\n1,abc\n1,NaN\n0,inf\n0,2\n1,1e1\n')
    const config: Config = { ...clicks(), features: { price: numeric() } }
    await expect(run(config)).rejects.toMatchObject({
      code: 'DATA_ROWS_BAD',
      message: expect.stringContaining('rows.csv, row 1: price is "abc"'),
    })
    const { warnings } = await run({ ...config, data: { ...config.data, format: { badRows: 0.7 } } })
    expect(warnings).toEqual([expect.stringContaining('3 cells count as missing')])
  })
})

describe('refusals', () => {
  it('names a file that is not there and an empty one', async () => {
    await expect(run(clicks({ examples: 'none-*.csv' }))).rejects.toMatchObject({
      code: 'DATA_FILE_MISSING',
      exitCode: 3,
    })
    write('rows.csv', '')
    await expect(run(clicks())).rejects.toMatchObject({ code: 'DATA_FILE_EMPTY' })
    write('rows.csv', 'click,app\n')
    await expect(run(clicks())).rejects.toMatchObject({ code: 'DATA_FILE_EMPTY' })
  })

  it('names every missing column at once, with the nearest name', async () => {
    write('rows.csv', 'clicks,apps\n1,a\n')
    await expect(run(clicks())).rejects.toMatchObject({
      code: 'DATA_COLUMN_MISSING',
      message: expect.stringMatching(/did you mean "clicks"[^]*did you mean "apps"/),
    })
  })

  it('names the one file of a pattern that lacks a column', async () => {
    write('day-1.csv', 'click,app\n1,a\n')
    write('day-2.csv', 'click,appp\n1,a\n')
    write('day-3.csv', 'click,app\n0,b\n')
    await expect(run(clicks({ examples: 'day-*.csv' }))).rejects.toMatchObject({
      code: 'DATA_COLUMN_MISSING',
      message: expect.stringMatching(/^\S*day-2\.csv must have .*\n {2}"app" \(.*\): other files have it/),
    })
    const { rows } = await run(clicks({ examples: 'day-*.csv', exclude: 'day-2.csv' }))
    expect(rows['train']).toBe(2)
  })

  it('counts labels that are missing or no 0 and 1', async () => {
    write('rows.csv', 'click,app\n1,a\n,b\nyes,c\n2,d\n')
    await expect(run(clicks())).rejects.toMatchObject({
      code: 'DATA_LABEL_INVALID',
      message: expect.stringMatching(/got 3 .*rows\.csv, row 2/),
    })
    const { rows } = await run({ ...clicks({ label: { column: 'app', positive: ['a'] } }) })
    expect(rows['train']).toBe(4)
  })

  it('does not multiply examples by a joined table with double keys', async () => {
    write('rows.csv', 'click,user\n1,1\n0,2\n')
    write('users.csv', 'user,app\n1,a\n1,b\n2,c\n')
    await expect(run(clicks({ join: [{ from: 'users.csv', on: 'user' }] }))).rejects.toMatchObject({
      code: 'DATA_JOIN_KEY_DUPLICATE',
      message: expect.stringContaining('"1" 2 times'),
    })
    write('users.csv', 'id,app\n2,c\n')
    const { warnings } = await run(clicks({ join: [{ from: 'users.csv', on: { examples: 'user', table: 'id' } }] }))
    expect(await tokens()).toEqual([undefined, 'c'])
    expect(warnings).toEqual([expect.stringContaining('1 of 2 rows')])
  })

  it('keeps what was prepared when it fails, and leaves nothing half done', async () => {
    write('rows.csv', 'click,app\n1,a\n')
    await run(clicks())
    write('rows.csv', 'click,app\nx,a\n')
    await expect(run(clicks())).rejects.toMatchObject({ code: 'DATA_LABEL_INVALID' })
    expect(await tokens()).toEqual(['a'])
    expect(readdirSync(directory).filter((name) => name.startsWith('prepared'))).toEqual(['prepared'])
  })

  it.each([
    ['whose end is missing', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['whose pages were overwritten', (bytes: Buffer) => Buffer.from(bytes).fill(0xff, 4, bytes.length / 2)],
  ])('names a Parquet file %s among good ones, and keeps what was prepared', async (_, damage) => {
    const database = await openDatabase({ threads: 1 })
    for (const day of [1, 2, 3]) {
      const path = quoteText(join(directory, `day-${String(day)}.parquet`))
      await database.run(
        `COPY (SELECT i % 2 AS click, 'app ' || i * ${String(day)} AS app FROM range(2000) AS t(i)) TO ${path}`,
      )
    }
    database.close()
    const config = clicks({ examples: 'day-*.parquet' })
    await run(config)
    const before = await tokens()
    const whole = readFileSync(join(directory, 'day-2.parquet'))
    write('day-2.parquet', damage(whole))
    await expect(run(config)).rejects.toMatchObject({
      code: 'DATA_FILE_UNREADABLE',
      message: expect.stringContaining('day-2.parquet'),
    })
    expect(await tokens()).toEqual(before)
    write('day-2.parquet', whole)
    expect((await run(config)).rows['train']).toBe(6000)
  })
})

describe('doing nothing', () => {
  it('is what happens when config and files are those of the last time', async () => {
    write('rows.csv', 'click,app\n1,a\n')
    const first = await run(clicks())
    expect(await run(clicks())).toEqual({ ...first, isUnchanged: true })
    expect((await run({ ...clicks(), features: { app: categorical({ minCount: 2 }) } })).isUnchanged).toBe(false)
    write('rows.csv', 'click,app\n1,b\n')
    expect((await run({ ...clicks(), features: { app: categorical({ minCount: 2 }) } })).isUnchanged).toBe(false)
    expect(existsSync(join(directory, 'prepared', 'prepared.json'))).toBe(true)
  })
})

const logRows = Array.from({ length: 400 }, (_, row) => ({
  user: `u${String((row * 7) % 5)}`,
  item: `i${String((row * 13) % 17)}`,
  time: Math.floor(((row * 37) % 101) / 2),
  rating: 1 + ((row * 11) % 5),
}))

const ratings = (extra: Partial<Config['data']> = {}): Config => ({
  data: {
    examples: 'log.csv',
    label: { column: 'rating', atLeast: 4 },
    split: { by: 'time', validation: 0.2, test: 0.1 },
    user: 'user',
    item: 'item',
    time: 'time',
    title: 'item',
    history: { liked: { of: 'item', where: { column: 'rating', atLeast: 4 }, last: 3 } },
    ...extra,
  },
  features: {
    user: { user: categorical(), liked: list(categorical({ sharedWith: 'item' })) },
    item: { item: categorical() },
  },
})

const writeLog = (): void => {
  write(
    'log.csv',
    `user,item,time,rating\n${logRows.map(({ user, item, time, rating }) => [user, item, time, rating].join(',')).join('\n')}\n`,
  )
}

describe('propensity', () => {
  it('weighs rows by its inverse, clipped, and keeps the mean of the weights', async () => {
    write('rows.csv', 'click,app,p\n1,a,0.5\n0,b,0.25\n1,c,0.001\n0,d,1\n')
    await run({ ...clicks({ propensity: { column: 'p', clip: 9 } }) })
    const prepared = openPrepared(join(directory, 'prepared'))
    const { weights } = await prepared.split('train').readBlock(0, 4)
    prepared.close()
    // 2, 4, 9 (clipped) and 1 have the mean 4.
    expect([...weights]).toEqual([0.5, 1, 2.25, 0.25])
  })

  it('refuses what is no probability above 0, with its rows', async () => {
    write('rows.csv', 'click,app,p\n1,a,0.5\n0,b,0\n1,c,1.5\n0,d,\n')
    await expect(run(clicks({ propensity: { column: 'p' } }))).rejects.toThrow(
      /got 3 other\(s\), first: "0" in rows.csv, row 2/,
    )
  })
})

describe('splits', () => {
  it('by time keep all rows of one moment on one side, the later ones in test', async () => {
    writeLog()
    const { rows } = await run(ratings())
    const prepared = openPrepared(join(directory, 'prepared'))
    const [train, validation, test] = await Promise.all(
      ['train', 'validation', 'test'].map(async (split) => (await prepared.split(split).keys()).time),
    )
    expect(Math.max(...(train ?? []))).toBeLessThan(Math.min(...(validation ?? [])))
    expect(Math.max(...(validation ?? []))).toBeLessThan(Math.min(...(test ?? [])))
    expect(rows['test']).toBeGreaterThanOrEqual(40)
    expect(rows['test']).toBeLessThan(60)
    prepared.close()
  })

  it('go by moments whose zones count, in files of every kind; without one they are in UTC', async () => {
    const zones = ['', 'Z', '+02:00', '-05:30', '+02', '+0200', ' UTC']
    const texts = zones.map((zone, at) => `2026-03-01T1${String(at)}:00:00.5${zone}`)
    const shifts = [0, 0, -2, 5.5, -2, -2, 0]
    const moments = shifts.map((shift, at) => Date.UTC(2026, 2, 1, 10 + at) / 1000 + 3600 * shift + 0.5)
    write('rows.csv', `click,app,at\n${texts.map((at) => `1,a,${at}`).join('\n')}\n`)
    write('rows.ndjson', texts.map((at) => JSON.stringify({ click: 1, app: 'a', at })).join('\n'))
    const database = await openDatabase({ threads: 1 })
    await database.run(`COPY (SELECT * FROM read_csv(${quoteText(join(directory, 'rows.csv'))}, all_varchar = true))
      TO ${quoteText(join(directory, 'rows.parquet'))} (FORMAT parquet)`)
    const zoned = `SELECT 1 AS click, 'a' AS app, make_timestamptz(CAST(1e6 * unnest([${moments.join()}]) AS BIGINT)) AS at`
    await database.run(`COPY (${zoned}) TO ${quoteText(join(directory, 'zoned.parquet'))} (FORMAT parquet)`)
    database.close()
    for (const examples of ['rows.csv', 'rows.ndjson', 'rows.parquet', 'zoned.parquet']) {
      await run(clicks({ examples, time: 'at', split: { by: 'random' } }))
      const prepared = openPrepared(join(directory, 'prepared'))
      expect(
        [...(await prepared.split('train').keys()).time].sort((a, b) => a - b),
        examples,
      ).toEqual([...moments].sort((a, b) => a - b))
      prepared.close()
    }
  })

  it('by a duration take what is younger than that before the last row', async () => {
    writeFileSync(
      join(directory, 'rows.csv'),
      `click,app,at\n${['2024-01-01', '2024-01-30 23:00:00', '2024-01-31 00:00:00', '2024-01-31 12:00:00'].map((at) => `1,a,${at}`).join('\n')}\n`,
    )
    const { rows } = await run(clicks({ split: { by: 'time', column: 'at', test: '12h', validation: '1d' } }))
    expect(rows).toEqual({ train: 1, validation: 2, test: 1 })
    await expect(run(clicks({ split: { by: 'time', column: 'at', test: 'a day' } }))).rejects.toMatchObject({
      code: 'DATA_DURATION_INVALID',
    })
  })

  it('by time leave a gap before each later split, counted', async () => {
    const days = Array.from({ length: 20 }, (_, day) => `1,a,2024-01-${String(day + 1).padStart(2, '0')}`)
    write('rows.csv', `click,app,at\n${days.join('\n')}\n`)
    const split = { by: 'time', column: 'at', test: '3d', validation: '2d', gap: '1d' } as const
    const { rows, warnings } = await run(clicks({ split }))
    // Days 18 … 20 test, 17 gap, 16 validation, 15 gap. (A duration is open at its far end.)
    expect(rows).toEqual({ train: 14, validation: 1, test: 3 })
    expect(warnings.join()).toContain('2 rows are left out')
  })

  it('by user keep each user in one split, in about the shares asked for', async () => {
    const lines = Array.from({ length: 3000 }, (_, row) => `${String(row % 2)},a,u${String(row % 500)}`)
    write('rows.csv', `click,app,who\n${lines.join('\n')}\n`)
    await run({ ...clicks({ split: { by: 'user', test: 0.3, validation: 0.1 }, user: 'who' }) })
    const prepared = openPrepared(join(directory, 'prepared'))
    const users = new Map<string, Set<string>>()
    for (const split of ['train', 'validation', 'test'])
      for (const user of (await prepared.split(split).keys()).user ?? [])
        users.set(user ?? '', (users.get(user ?? '') ?? new Set()).add(split))
    prepared.close()
    expect([...users.values()].every(({ size }) => size === 1)).toBe(true)
    const inTest = [...users.values()].filter((splits) => splits.has('test')).length
    expect(inTest).toBeGreaterThan(110)
    expect(inTest).toBeLessThan(190)
  })

  it('cut validation by time where rows have one', async () => {
    const lines = Array.from({ length: 100 }, (_, row) => `${String(row % 2)},a,${String((row * 37) % 100)}`)
    write('rows.csv', `click,app,at\n${lines.join('\n')}\n`)
    await run({
      data: { examples: 'rows.csv', label: { column: 'click' }, time: 'at' },
      features: { app: categorical() },
    })
    const prepared = openPrepared(join(directory, 'prepared'))
    expect([...(await prepared.split('validation').keys()).time].sort((a, b) => a - b)).toEqual([
      90, 91, 92, 93, 94, 95, 96, 97, 98, 99,
    ])
    prepared.close()
  })

  it('by a column take its word, and refuse other words', async () => {
    write('rows.csv', 'click,app,part\n1,a,train\n0,b,validation\n1,c,test\n')
    expect((await run(clicks({ split: { by: 'column', column: 'part' } }))).rows).toEqual({
      train: 1,
      validation: 1,
      test: 1,
    })
    write('rows.csv', 'click,app,part\n1,a,training\n')
    await expect(run(clicks({ split: { by: 'column', column: 'part' } }))).rejects.toMatchObject({
      code: 'DATA_SPLIT_UNKNOWN',
    })
  })

  it('cut a tenth of the training rows for validation when the data brings none', async () => {
    write('rows.csv', `click,app\n${'1,a\n0,b\n'.repeat(2000)}`)
    const { rows } = await run({
      data: { examples: 'rows.csv', label: { column: 'click' } },
      features: { app: categorical() },
    })
    expect(rows['validation']).toBeGreaterThan(300)
    expect(rows['validation']).toBeLessThan(500)
  })
})

describe('histories and the catalogue', () => {
  const likedBefore = (user: string, limit: (event: (typeof logRows)[number]) => boolean): string[] =>
    logRows
      .map((event, row) => ({ ...event, row }))
      .filter((event) => event.user === user && event.rating >= 4 && limit(event))
      .sort((a, b) => a.time - b.time || a.row - b.row)
      .map(({ item }) => item)
      .slice(-3)

  it('are the last liked items strictly before the row, as a loop over the log finds them', async () => {
    writeLog()
    await run(ratings({ split: { by: 'random', validation: 0 } }))
    const { createEncoder } = await import('../features/index.js')
    const prepared: PreparedData = openPrepared(join(directory, 'prepared'), {})
    const encoder = createEncoder(prepared.config, prepared.featureState)
    let checked = 0
    for (const split of ['train', 'validation']) {
      const dataset = prepared.split(split)
      const block = await dataset.readBlock(0, dataset.rowCount)
      const { user, time } = await dataset.keys()
      const { ids, offsets } = block.ids['liked'] ?? { ids: new Int32Array(0), offsets: null }
      for (let row = 0; row < dataset.rowCount; row++) {
        const liked = Array.from(ids.subarray(offsets?.[row], offsets?.[row + 1]), (id) =>
          encoder.features.get('liked')?.tokenOf?.(id),
        )
        expect(liked).toEqual(likedBefore(user?.[row] ?? '', (event) => event.time < (time[row] ?? 0)))
        checked++
      }
    }
    expect(checked).toBe(400)
    prepared.close()
  })

  it('know what a user liked at the end of the training split, and nothing later', async () => {
    writeLog()
    await run(ratings())
    const prepared = openPrepared(join(directory, 'prepared'))
    const last = Math.max(...(await prepared.split('train').keys()).time)
    const { items, users } = await readCatalogue(join(directory, 'prepared'))
    expect(items).toHaveLength(17)
    expect(items.map(({ key, title, features }) => [key, title, features['item']])).toEqual(
      items.map(({ key }) => [key, key, key]),
    )
    for (const { key, features, seen } of users) {
      expect(features).toEqual({ user: key, liked: likedBefore(key, ({ time }) => time <= last) })
      const acted = logRows.filter(({ user, time }) => user === key && time <= last).map(({ item }) => item)
      expect(seen).toEqual([...new Set(acted)].sort())
    }
    const positives = logRows.filter(({ time, rating }) => time <= last && rating >= 4)
    for (const { key, positives: own } of items) expect(own).toBe(positives.filter(({ item }) => item === key).length)
    prepared.close()
  })
})
