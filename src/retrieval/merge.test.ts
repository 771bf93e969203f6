import { describe, expect, it } from 'vitest'
import { permutation, randomInteger, randomKey } from '../base/index.js'
import type { Offer } from './merge.js'
import { mergeCandidates } from './merge.js'
import { quotas } from './quotas.js'

const offer = (source: string, share: Offer['share'], items: readonly number[]): Offer => ({
  source,
  share,
  candidates: items.map((item, place) => ({ item, score: -place })),
})
const merge = (offers: readonly Offer[], k: number, exclude: readonly number[] = []) =>
  mergeCandidates(offers, { k, exclude: new Set(exclude) })

describe('quotas', () => {
  it('give every place away, the largest remainders first, ties to the first', () => {
    // 7 places at 5 : 3 : 2 are 3.5, 2.1, 1.4; the place that rounding leaves goes to the first.
    expect(quotas([5, 3, 2], 7)).toEqual([4, 2, 1])
    expect(quotas([1, 1, 1], 2)).toEqual([1, 1, 0])
    expect(quotas([0, 0], 3)).toEqual([0, 0])
    expect(quotas([0, 2], 3)).toEqual([0, 3])
  })
})

describe('the merge of offers', () => {
  it('gives each source its share, and an item that two bring to the first of them', () => {
    const merged = merge([offer('a', 0.5, [1, 2, 3, 4]), offer('b', 0.5, [2, 5, 6, 7])], 4)
    expect([...merged.items]).toEqual([1, 2, 5, 6])
    expect(merged.sources).toEqual(['a', 'a', 'b', 'b'])
  })

  it('hands on what a source cannot fill', () => {
    const merged = merge([offer('a', 0.5, [1]), offer('b', 0.25, [2, 3, 4, 5]), offer('c', 0.25, [6, 7, 8])], 7)
    expect([...merged.items].sort((x, y) => x - y)).toEqual([1, 2, 3, 4, 6, 7, 8])
  })

  it('asks offers without a share when the others are exhausted', () => {
    const merged = merge([offer('a', 1, [1, 2]), offer('popular', 0, [2, 3, 4, 5])], 4)
    expect([...merged.items]).toEqual([1, 2, 3, 4])
    expect(merged.sources).toEqual(['a', 'a', 'popular', 'popular'])
  })

  it('takes whole lists before all shares', () => {
    const merged = merge([offer('a', 1, [1, 2, 3]), offer('pinned', 'all', [8, 9])], 3)
    expect([...merged.items]).toEqual([8, 9, 1])
  })

  it('keeps excluded items from taking a place', () => {
    expect([...merge([offer('a', 1, [1, 2, 3, 4])], 2, [1, 3]).items]).toEqual([2, 4])
  })

  it('has no duplicates, nothing excluded, as many places as can be filled, and one answer to one question', () => {
    for (let round = 0; round < 300; round++) {
      const draw = (word: string, bound: number): number => randomInteger(randomKey(7, word), round, bound)
      const items = (source: number): number[] =>
        Array.from(permutation(30, randomKey(7, 'items', round, source))).slice(0, draw(`length ${String(source)}`, 25))
      const offers = [0, 1, 2, 3].map((source) =>
        offer(String(source), draw(`share ${String(source)}`, 4), items(source)),
      )
      const exclude = Array.from(permutation(30, randomKey(7, 'exclude', round))).slice(0, draw('excluded', 20))
      const k = 1 + draw('k', 30)
      const merged = merge(offers, k, exclude)
      const possible = new Set(offers.flatMap(({ candidates }) => candidates.map(({ item }) => item)))
      for (const item of exclude) possible.delete(item)
      expect(new Set(merged.items).size).toBe(merged.items.length)
      expect([...merged.items].every((item) => possible.has(item))).toBe(true)
      expect(merged.items.length).toBe(Math.min(k, possible.size))
      expect(merged).toEqual(merge(offers, k, exclude))
      for (const [place, item] of merged.items.entries()) {
        const brought = offers.find(({ source }) => source === merged.sources[place])
        expect(brought?.candidates.some((candidate) => candidate.item === item)).toBe(true)
      }
    }
  })

  it('never gives a source less than its quota while it has items of its own', () => {
    const a = offer(
      'a',
      3,
      Array.from({ length: 50 }, (_, i) => i),
    )
    const b = offer(
      'b',
      1,
      Array.from({ length: 50 }, (_, i) => 100 + i),
    )
    const { sources } = merge([a, b], 40)
    expect(sources.filter((source) => source === 'a').length).toBe(30)
  })
})
