import { describe, expect, it } from 'vitest'
import { randomInteger, randomUniform } from '../base/index.js'
import { evaluateRanking, listMetrics } from './ranking.js'
import { topK } from '../base/index.js'

describe('topK', () => {
  it('agrees with sorting everything, ties by lower index, excluded ones left out', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const scores = Float32Array.from({ length: 40 }, (_, i) => randomInteger(seed, i, 9))
      const isExcluded = (index: number): boolean => randomInteger(seed + 100, index, 4) === 0
      const sorted = [...scores.keys()]
        .filter((i) => !isExcluded(i))
        .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
      for (const k of [0, 1, 5, 40, 100]) expect([...topK(scores, k, isExcluded)]).toEqual(sorted.slice(0, k))
    }
  })
})

describe('listMetrics', () => {
  it('follows the hand arithmetic of a list with hits at ranks 1 and 3 of two out of three relevant items', () => {
    // DCG = 1/log₂2 + 1/log₂4 = 1.5; ideal = 1/log₂2 + 1/log₂3 + 1/log₂4 = 2.1309298; precisions at hits: 1 and 2/3.
    const metrics = listMetrics([7, 1, 8, 2], new Set([7, 8, 9]), 4)
    expect(metrics.ndcg).toBeCloseTo(1.5 / 2.1309298, 6)
    expect(metrics.recall).toBeCloseTo(2 / 3, 12)
    expect(metrics.precision).toBeCloseTo(2 / 4, 12)
    expect(metrics.map).toBeCloseTo((1 + 2 / 3) / 3, 12)
    expect(metrics.mrr).toBe(1)
    expect(metrics.hitRate).toBe(1)
    // A list shorter than k is not forgiven: the missing places are no hits.
    expect(listMetrics([7, 1], new Set([7, 8, 9]), 4).precision).toBe(1 / 4)
  })

  it('agrees with brute force on random lists', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const scores = Float32Array.from({ length: 25 }, (_, i) => randomUniform(seed, i))
      const relevant = new Set([...scores.keys()].filter((i) => i === 3 || randomInteger(seed + 50, i, 5) === 0))
      const k = 1 + randomInteger(seed, 999, 12)
      const list = [...topK(scores, k)]
      const isHit = list.map((item) => relevant.has(item))
      const gains = (flags: readonly boolean[]): number =>
        flags.reduce((sum, flag, rank) => sum + Number(flag) / Math.log2(rank + 2), 0)
      const ideal = gains(Array.from({ length: k }, (_, rank) => rank < relevant.size))
      const own = listMetrics(list, relevant, k)
      expect(own.ndcg).toBeCloseTo(gains(isHit) / ideal, 12)
      const precisionAt = (rank: number): number => isHit.slice(0, rank + 1).filter(Boolean).length / (rank + 1)
      const average =
        isHit.reduce((sum, flag, rank) => sum + (flag ? precisionAt(rank) : 0), 0) / Math.min(k, relevant.size)
      expect(own.map).toBeCloseTo(average, 12)
      const first = isHit.indexOf(true)
      expect(own.mrr).toBeCloseTo(first < 0 ? 0 : 1 / (first + 1), 12)
    }
  })
})

describe('evaluateRanking', () => {
  it('leaves out seen items and users without a relevant item, and says how many users it judged', async () => {
    const result = await evaluateRanking({
      userCount: 3,
      scores: () => Promise.resolve(Float32Array.of(3, 2, 1, 0)),
      relevant: (user) => new Set(user === 0 ? [1] : user === 1 ? [0] : []),
      // User 1's only relevant item was seen: there is nothing left to find.
      seen: () => new Set([0]),
      k: 2,
    })
    expect(result).toMatchObject({ 'ndcg@2': 1, 'recall@2': 1, rankedUsers: 1 })
  })
})
