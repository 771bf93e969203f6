import { describe, expect, it } from 'vitest'
import { randomInteger, randomNormal } from '../../base/index.js'
import { ascendingOrder } from './radix-sort.js'

const byComparison = (keys: ArrayLike<number>): number[] =>
  Array.from(keys, (_, row) => row).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b)

describe('ascendingOrder', () => {
  it('agrees with a comparison sort on floats of both signs and widths, ties in row order', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const value = (_: unknown, i: number): number =>
        randomInteger(seed, 3 * i, 3) === 0 ? randomInteger(seed, 3 * i + 1, 4) : 1e3 * randomNormal(seed + 50, i)
      for (const keys of [Float32Array.from({ length: 300 }, value), Float64Array.from({ length: 300 }, value)])
        expect([...ascendingOrder(keys)]).toEqual(byComparison(keys))
    }
  })

  it('agrees with a comparison sort on integers and on a view into the middle of a buffer', () => {
    const keys = Int32Array.from({ length: 400 }, (_, i) => randomInteger(9, i, 2 ** 32) | 0)
    expect([...ascendingOrder(keys)]).toEqual(byComparison(keys))
    expect([...ascendingOrder(keys.subarray(100, 150))]).toEqual(byComparison(keys.subarray(100, 150)))
  })

  it('puts infinities at the ends and takes nothing', () => {
    expect([...ascendingOrder(Float32Array.of(Infinity, 0, -Infinity, 5e-45))]).toEqual([2, 1, 3, 0])
    expect(ascendingOrder(new Float64Array())).toHaveLength(0)
  })
})
