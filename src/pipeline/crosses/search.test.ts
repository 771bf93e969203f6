/** The search on data whose truth is known: planted pairs are found, others are not, and gains are those of brute force. */
import { describe, expect, it } from 'vitest'
import { allPairs, plantedRows } from './planted-rows.js'
import type { RankedCross } from './search.js'
import { searchCrosses } from './search.js'

const nameOf = ({ pair: [a, b] }: RankedCross): string => `${a.name} ${b.name}`
const sizes = [2, 3, 4, 6, 8, 10, 12, 20]

describe('the search for crosses', () => {
  it('proposes a planted pair without main effects first, and two planted pairs before all others', () => {
    for (const seed of [1, 2, 3]) {
      const one = plantedRows({ rowCount: 6000, seed, sizes, planted: [[1, 4]], strength: 0.5 })
      const [first] = searchCrosses(one, allPairs(one), { top: 5 }).accepted
      expect(first && nameOf(first)).toBe('c1 c4')
      expect((first?.gain ?? 0) - (first?.margin ?? 0)).toBeGreaterThan(0)
      const planted = [[1, 4], [2, 7]] as const // prettier-ignore
      const two = plantedRows({ rowCount: 12_000, seed, sizes, planted, strength: 0.6, base: -1 })
      const { accepted, lossBefore, lossAfter } = searchCrosses(two, allPairs(two), { top: 5 })
      expect(accepted.slice(0, 2).map(nameOf).sort()).toEqual(['c1 c4', 'c2 c7'])
      const gains = accepted.reduce((sum, { gain }) => sum + gain, 0)
      expect(lossBefore - lossAfter).toBeCloseTo(gains, 12)
    }
  })

  it('says which tuples: equal parities take off the logit, different ones add to it', () => {
    const rows = plantedRows({ rowCount: 8000, seed: 5, sizes: [3, 4, 5, 6], planted: [[0, 2]], strength: 0.7 })
    const [first] = searchCrosses(rows, allPairs(rows), { top: 1 }).accepted
    expect(first?.strongest).toHaveLength(5)
    const parts = first?.strongest.map(({ gain }) => gain) ?? []
    expect([...parts].sort((a, b) => b - a)).toEqual(parts)
    const sizesOfWeights = first?.strongest.map(({ weight }) => Math.abs(weight)) ?? []
    // One bounded step would stop at about 0.54.
    expect(sizesOfWeights.reduce((sum, size) => sum + size, 0) / 5).toBeCloseTo(0.7, 1)
    for (const { ids, weight, gain } of first?.strongest ?? []) {
      expect(Math.sign(weight)).toBe((ids[0] + ids[1]) % 2 === 1 ? 1 : -1)
      expect(gain).toBeGreaterThan(0)
    }
  })

  it('proposes nothing where there is no interaction, whatever the seed, the training rows and the users', () => {
    const accepted: string[] = []
    for (let seed = 1; seed <= 8; seed++) {
      const held = plantedRows({ rowCount: 4000, seed, sizes, base: -1 })
      const split = plantedRows({ rowCount: 6000, seed, sizes, trainingShare: 0.6, overfit: 0.5, rowsPerUser: 4 })
      for (const rows of [held, split])
        accepted.push(...searchCrosses(rows, allPairs(rows), { top: 5 }).accepted.map(nameOf))
    }
    expect(accepted).toEqual([])
  })

  it('proposes no cross for main effects that the model has missed', () => {
    for (const seed of [1, 2, 3, 4]) {
      const rows = plantedRows({ rowCount: 6000, seed, sizes })
      const flat = { ...rows, logits: new Float64Array(rows.rowCount) }
      const { accepted, lossOfModel, lossBefore } = searchCrosses(flat, allPairs(flat), { top: 5 })
      expect(accepted.map(nameOf)).toEqual([])
      expect(lossBefore).toBeLessThan(lossOfModel - 0.05)
    }
  })

  it('takes weights from training rows too while their logits are honest, and from held-out rows alone where they are not', () => {
    const planted = {
      rowCount: 24_000,
      sizes: [3, 4, 5, 6],
      planted: [[1, 3]],
      strength: 0.5,
      trainingShare: 0.7,
    } as const
    for (const seed of [1, 2, 3]) {
      const honest = plantedRows({ ...planted, seed })
      const overfit = plantedRows({ ...planted, seed, overfit: 3 })
      const [first] = searchCrosses(honest, allPairs(honest), { top: 1 }).accepted
      expect(first).toMatchObject({ estimate: 'all' })
      const [second] = searchCrosses(overfit, allPairs(overfit), { top: 1 }).accepted
      expect(second && nameOf(second)).toBe('c1 c3')
      expect(second).toMatchObject({ estimate: 'heldOut' })
    }
  })

  it('stops at the number of crosses asked for and names what comes next', () => {
    const planted = [[0, 3], [1, 2]] as const // prettier-ignore
    const rows = plantedRows({ rowCount: 8000, seed: 1, sizes: [3, 4, 5, 6], planted, strength: 0.7 })
    const { accepted, next } = searchCrosses(rows, allPairs(rows), { top: 1 })
    expect([...accepted, ...(next ? [next] : [])].map(nameOf).sort()).toEqual(['c0 c3', 'c1 c2'])
  })
})
