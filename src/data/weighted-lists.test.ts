/** Weighted lists from files to batches: what stands in the cache, what is counted as bad, what a catalogue holds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Config, Encoder } from '../features/index.js'
import { categorical, createEncoder, list } from '../features/index.js'
import { openDatabase } from '../sql/index.js'
import type { PreparedData } from './index.js'
import { openPrepared, prepare, readCatalogue } from './index.js'

const root = mkdtempSync(join(tmpdir(), 'widedeep-test-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})
let directory = root
beforeEach(() => {
  directory = mkdtempSync(join(root, 'case-'))
})

const weighted = list(categorical(), { weights: 'genre_weights' })
const configOf = (features: Config['features'], data: Partial<Config['data']> = {}): Config => ({
  data: { examples: 'rows.csv', label: { column: 'liked' }, split: { by: 'random' }, ...data },
  features,
  training: { validationShare: 0 },
})
const write = (...lines: readonly string[]): void => {
  writeFileSync(join(directory, 'rows.csv'), `${lines.join('\n')}\n`)
}
const run = (config: Config): ReturnType<typeof prepare> =>
  prepare({ config, configDirectory: directory, outDirectory: join(directory, 'prepared') })

function opened(config: Config, options = {}): { data: PreparedData; encoder: Encoder } {
  const data = openPrepared(join(directory, 'prepared'), options)
  return { data, encoder: createEncoder(config, data.featureState) }
}

async function columnsOf(file: string): Promise<string[]> {
  const database = await openDatabase()
  const rows = await database.rows(`DESCRIBE SELECT * FROM '${join(directory, 'prepared', file)}'`)
  database.close()
  return rows.map((row) => `${String(row['column_name'])} ${String(row['column_type'])}`)
}

describe('the encoded cache', () => {
  it('holds weights beside the ids of weighted lists alone, and counts tokens whatever they weigh', async () => {
    write('liked,genres,genre_weights', '1,a|b,9|1', '0,b,0', '1,b|c,1|5', '0,a|b,2|2')
    const config = configOf({ genres: weighted, plain: list(categorical(), { from: 'genres' }) })
    await run(config)
    const columns = await columnsOf('encoded-train.parquet')
    expect(columns.slice(-3)).toEqual(['i_genres INTEGER[]', 'w_genres FLOAT[]', 'i_plain INTEGER[]'])
    const { data } = opened(config)
    const { ids } = await data.split('train').readBlock(0, 4)
    // b four times, a twice, c once.
    expect([...(ids['genres']?.ids ?? [])]).toEqual([3, 2, 2, 2, 4, 3, 2])
    expect([...(ids['genres']?.weights ?? [])]).toEqual([9, 1, 0, 1, 5, 2, 2])
    expect(ids['plain']).toEqual({ ...ids['genres'], weights: null })
    data.close()
  })

  it('gives weights to any rows of it, in memory or beyond', async () => {
    const rows = Array.from({ length: 50 }, (_, row) => ({
      genres: Array.from({ length: row % 4 }, (_value, at) => `g${String((row + at) % 5)}`).join('|'),
      genre_weights: Array.from({ length: row % 4 }, (_value, at) => row + at / 8).join('|'),
    }))
    write(
      'liked,genres,genre_weights',
      ...rows.map((row, at) => `${String(at % 2)},${row.genres},${row.genre_weights}`),
    )
    const config = configOf({ genres: weighted })
    await run(config)
    for (const memoryBudget of [2 ** 20, 1]) {
      const { data, encoder } = opened(config, { memoryBudget })
      const split = data.split('train')
      const block = await split.readBlock(13, 20)
      expect(block.ids).toEqual(encoder.encode(rows.slice(13, 33)).ids)
      const ranges = await split.readRanges([
        { first: 40, count: 5 },
        { first: 3, count: 2 },
      ])
      expect(ranges.ids).toEqual(encoder.encode([...rows.slice(40, 45), ...rows.slice(3, 5)]).ids)
      data.close()
    }
  })

  it('takes more memory for weights: 4 bytes for each', async () => {
    write('liked,genres,genre_weights', '1,a|b,9|1', '0,b|c,0|1')
    const bytes = async (features: Config['features']): Promise<number> => {
      await run(configOf(features))
      const { data } = opened(configOf(features))
      const own = await data.split('train').bytesPerRow()
      data.close()
      return own
    }
    expect((await bytes({ genres: weighted })) - (await bytes({ genres: list(categorical()) }))).toBe(8)
  })
})

describe('weights that do not read', () => {
  it('are bad cells, counted for each row and shown with both columns', async () => {
    write('liked,genres,genre_weights', '1,a|b,9', '0,a|b,1|2', '1,a|b,9', '0,b,-1', '0,a|b,1|x', '1,,1', '1,b,')
    await expect(run(configOf({ genres: weighted }))).rejects.toMatchObject({
      code: 'DATA_ROWS_BAD',
      message: expect.stringMatching(/5 of 7[^]*rows\.csv, row 1: genres is "a\|b" and genre_weights is "9"/),
    })
    const config = configOf({ genres: weighted }, { format: { badRows: 0.8 } })
    const { warnings } = await run(config)
    expect(warnings).toEqual([expect.stringContaining('5 cells count as missing')])
    const { data } = opened(config)
    const { ids } = await data.split('train').readBlock(0, 7)
    expect([...(ids['genres']?.weights ?? [])]).toEqual([1, 1, 1, 2, 1, 1, 1, 1, 1, 1])
    data.close()
  })

  it('are refused with their path where the data has no such column', async () => {
    write('liked,genre,genre_weight', '1,a,1')
    await expect(run(configOf({ genres: weighted }))).rejects.toMatchObject({
      code: 'DATA_COLUMN_MISSING',
      message: expect.stringMatching(/"genres" \(features\.genres\)[^]*"genre_weights" \(features\.genres\.weights\)/),
    })
  })
})

describe('the catalogue and the first rows', () => {
  it('hold the latest weights with the latest values, so that they encode as their rows did', async () => {
    write(
      'liked,item,user,time,genres,genre_weights',
      '1,i,u,1,a|b,1|2',
      '1,i,v,3,b|c,3|4',
      '0,j,u,2,c,5',
      '0,j,u,4,a,',
    )
    const config = configOf(
      { item: { item: categorical(), genres: weighted }, user: { user: categorical() } },
      { user: 'user', item: 'item', time: 'time' },
    )
    await run(config)
    const { data, encoder } = opened(config)
    const { items, users } = await readCatalogue(data.directory)
    expect(items.map(({ features }) => features)).toEqual([
      { item: 'i', genres: 'b|c', genre_weights: '3|4' },
      { item: 'j', genres: 'a', genre_weights: null },
    ])
    expect(Object.keys(users[0]?.features ?? {})).toEqual(['user'])
    const samples = encoder.encode(await data.sampleRows(4))
    expect(samples.ids).toEqual((await data.split('train').readBlock(0, 4)).ids)
    expect(samples.ids['genres']?.weights).toEqual(Float32Array.of(1, 2, 3, 4, 5, 1))
    data.close()
  })

  it('weigh a history by another history of the same rows', async () => {
    write('liked,item,user,time,stars', '1,a,u,1,5', '1,b,u,2,3', '0,c,u,3,1', '1,a,v,1,2')
    const config = configOf(
      {
        item: { item: categorical() },
        user: { user: categorical(), rated: list(categorical({ sharedWith: 'item' }), { weights: 'ratings' }) },
      },
      { user: 'user', item: 'item', time: 'time', history: { rated: { of: 'item' }, ratings: { of: 'stars' } } },
    )
    await run(config)
    const { data, encoder } = opened(config)
    const { ids } = await data.split('train').readBlock(0, 4)
    expect([...(ids['rated']?.weights ?? [])]).toEqual([5, 5, 3])
    const { users } = await readCatalogue(data.directory)
    const served = encoder.encode(users.map(({ features }) => features)).ids['rated']
    expect([...(served?.weights ?? [])]).toEqual([5, 3, 1, 2])
    expect([...(served?.offsets ?? [])]).toEqual([0, 3, 4])
    data.close()
  })
})
