import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey } from '../../base/index.js'
import type { CrossColumn } from './cross-rows.js'
import { degreesOfFreedom, pairTuples } from './kernels/pair-tuples.js'

const rowCount = 5000

function column(name: string, idCount: number, used: number): CrossColumn {
  const key = randomKey(1, name)
  const ids = Int32Array.from({ length: rowCount }, (_, row) => randomInteger(key, row, used))
  return { name, idCount, ids, offsets: null }
}

describe('the tuples of a pair', () => {
  it('are numbered exactly, looked up directly or by hash', () => {
    for (const idCount of [2000, 2_000_000]) {
      const [a, b] = [column('a', idCount, 4), column('b', idCount / 4, 500)]
      const { entries, tuples, count } = pairTuples(a, b, rowCount)
      const numbers = new Map<string, number>()
      for (let row = 0; row < rowCount; row++) {
        const key = `${String(a.ids[row])} ${String(b.ids[row])}`
        const known = numbers.get(key) ?? numbers.size
        numbers.set(key, known)
        expect(entries[row]).toBe(known)
        expect(`${String(tuples[2 * known])} ${String(tuples[2 * known + 1])}`).toBe(key)
      }
      expect(count).toBe(numbers.size)
    }
  })

  it('have the degrees of freedom of an interaction: a full table of A × B has (A − 1)(B − 1), rare tuples none', () => {
    const pair = { ...pairTuples(column('a', 4, 4), column('b', 7, 7), rowCount) }
    const counts = new Int32Array(pair.count).fill(9)
    expect(pair.count).toBe(28)
    expect(degreesOfFreedom(pair, counts, 9)).toBe(3 * 6)
    expect(degreesOfFreedom(pair, counts, 10)).toBe(1)
    counts[5] = 0
    expect(degreesOfFreedom(pair, counts, 9)).toBe(17)
  })
})
