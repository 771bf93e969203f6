import { describe, expect, it } from 'vitest'
import type { EncodedDataset } from '../data/index.js'
import type { Config, RawValue } from '../features/index.js'
import { categorical, createEncoder, list, numeric } from '../features/index.js'
import { segmentsOf } from './segments.js'

const config: Config = {
  data: { user: 'who', label: { column: 'y' } },
  features: { tags: list(categorical({ values: 5 })), hour: categorical({ values: 24 }), price: numeric() },
}
const nothing = { json: {}, arrays: {} }
const columns = {
  tags: nothing,
  hour: nothing,
  price: { json: { hasMissing: false, mean: 0, deviation: 1 }, arrays: {} },
}
const encoder = createEncoder(config, { columns, crosses: {} })

/** More rows than are read at once. */
const rowCount = 10_000
const rows = Array.from({ length: rowCount }, (_, row): Record<string, RawValue> => {
  return { tags: row % 2 === 0 ? [1, 3, 3] : [3], hour: row % 10 === 0 ? 99 : row % 24, price: 1 }
})

const dataset = {
  rowCount,
  readBlock: (first: number, count: number) => Promise.resolve(encoder.encode(rows.slice(first, first + count))),
  keys: () => Promise.resolve({ user: rows.map((_, row) => (row < 3 ? null : `u${String(row % 2)}`)), item: null }),
} as unknown as EncodedDataset
const source = { bundle: { config, encoder }, dataset, kept: null }

describe('segments', () => {
  it('of a feature are rows by token, a list counting once for each of its tokens', async () => {
    const segments = await segmentsOf(source, 'tags')
    expect([...segments.keys()].sort()).toEqual(['1', '3'])
    expect(segments.get('1')).toEqual([...rows.keys()].filter((row) => row % 2 === 0))
    expect(segments.get('3')).toEqual([...rows.keys()])
    const hours = await segmentsOf(source, 'hour')
    expect(hours.get('(out of vocabulary)')).toEqual([...rows.keys()].filter((row) => row % 10 === 0))
  })

  it('of a key or of raw cells are rows by text', async () => {
    expect((await segmentsOf(source, 'who')).get('(missing)')).toEqual([0, 1, 2])
    const kept = rows.map(({ price }) => String(price))
    expect((await segmentsOf({ ...source, kept }, 'price')).get('1')).toHaveLength(rowCount)
  })

  it('of anything else are an error with the nearest name', async () => {
    await expect(segmentsOf(source, 'hours')).rejects.toThrow('did you mean "hour"?')
    await expect(segmentsOf(source, 'price')).rejects.toThrow('--data')
  })
})
