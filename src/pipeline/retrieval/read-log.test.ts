import { describe, expect, it } from 'vitest'
import type { PositiveRows } from '../../data/index.js'
import { categorical, list } from '../../features/index.js'
import { byTime, historyOf, rememberedItems } from './read-log.js'

const rows = (timesMs: readonly number[]): PositiveRows => ({
  userKeys: ['u'],
  itemKeys: ['i'],
  users: new Int32Array(timesMs.length),
  items: new Int32Array(timesMs.length),
  timesMs: Float64Array.from(timesMs),
  places: Uint32Array.from(timesMs.keys()),
})

describe('the order of positives', () => {
  it('is that of their moments, and of the rows where these are equal or absent', () => {
    expect([...byTime(rows([30, 10, 20, 10]))]).toEqual([1, 3, 2, 0])
    expect([...byTime(rows([NaN, NaN, NaN]))]).toEqual([0, 1, 2])
  })
})

describe('the history of a user', () => {
  it('is empty where the user is unknown', () => {
    const histories = { offsets: Int32Array.of(0, 2, 3), items: Int32Array.of(4, 5, 6) }
    expect([...historyOf(histories, 0)]).toEqual([4, 5])
    expect([...historyOf(histories, -1)]).toEqual([])
  })

  it('has what a declared history of the item remembers, and nothing of other lists', () => {
    const config = {
      data: { examples: 'x.csv', item: 'app', history: { installed: { of: 'app' }, seen: { of: 'genre' } } },
      features: { user: { tastes: list(categorical(), {}), owned: { ...list(categorical(), {}), from: 'installed' } } },
    }
    expect(rememberedItems(config, { tastes: ['x'], owned: [7, 'a2'] })).toEqual(['7', 'a2'])
    expect(rememberedItems(config, { tastes: ['x'] })).toEqual([])
  })
})
