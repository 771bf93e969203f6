import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey } from '../base/index.js'
import { ItemParts } from './item-parts.js'

/** The parts of an item at some version, as its graph would make them. */
const made = (item: number, version: number): [Float32Array, Float32Array] => [
  Float32Array.of(item, version, item + 0.5),
  Float32Array.of(-item),
]

/** Asks for items again and again, as a scorer does, and counts what had to be made. */
function exercise(parts: ItemParts, { rounds, items, hot }: { rounds: number; items: number; hot: number }): number {
  const versions = new Map<number, number>()
  let misses = 0
  for (let round = 0; round < rounds; round++) {
    const candidates = Int32Array.from({ length: 20 }, (_, i) =>
      randomInteger(randomKey(1, round), i, i % 4 === 0 ? items : hot),
    )
    const targets = [new Float32Array(60), new Float32Array(20)]
    for (const row of parts.read(candidates, targets)) {
      const item = candidates[row] ?? 0
      const [wide = new Float32Array(), narrow = new Float32Array()] = made(item, versions.get(item) ?? 0)
      targets[0]?.set(wide, 3 * row)
      targets[1]?.set(narrow, row)
      parts.write(item, [wide, narrow], 0)
      misses++
    }
    for (const [row, item] of candidates.entries()) {
      const [wide, narrow] = made(item, versions.get(item) ?? 0)
      expect([...(targets[0]?.subarray(3 * row, 3 * row + 3) ?? [])]).toEqual([...wide])
      expect(targets[1]?.[row]).toBe(narrow[0])
    }
    const changed = randomInteger(randomKey(1, round), 99, items)
    versions.set(changed, round)
    parts.forget(changed)
  }
  return misses
}

describe('item parts', () => {
  it('are those of the item as it is now, however little of them fits', () => {
    for (const slots of [1, 2, 7, 50, 1000])
      exercise(new ItemParts({ widths: [3, 1], budgetBytes: 16 * slots }), { rounds: 60, items: 300, hot: 30 })
  })

  it('keep within their budget', () => {
    const parts = new ItemParts({ widths: [3, 1], budgetBytes: 16 * 50 })
    exercise(parts, { rounds: 60, items: 300, hot: 30 })
    expect(parts.bytes).toBeLessThanOrEqual(16 * 50)
  })

  it('keep what is asked for often: 40 slots for 30 hot items of 2000', () => {
    const misses = exercise(new ItemParts({ widths: [3, 1], budgetBytes: 16 * 40 }), {
      rounds: 400,
      items: 2000,
      hot: 30,
    })
    // A quarter of the 8000 candidates is drawn from all items, and nearly always missing.
    expect(misses).toBeLessThan(3200)
    expect(misses).toBeGreaterThan(1900)
  })
})
