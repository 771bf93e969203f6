import { describe, expect, it } from 'vitest'
import { rowsPerRun, runsOf } from './candidate-runs.js'

describe('runs of candidates', () => {
  it('hold every candidate once, in order, with what belongs to it; none is longer than the longest, nor much shorter than another', () => {
    for (const count of [0, 1, 7, 8, 9, 15, 16, 17, 100]) {
      const items = Int32Array.from({ length: count }, (_, i) => 1000 - i)
      const runs = [...runsOf({ items, pairs: { seen: Float64Array.from(items, (item) => item / 2) } }, 8)]
      expect(runs.flatMap(([, some]) => [...some.items])).toEqual([...items])
      for (const [first, some] of runs) {
        expect(some.items[0]).toBe(items[first])
        expect([...(some.pairs['seen'] ?? [])]).toEqual([...some.items].map((item) => item / 2))
      }
      const lengths = runs.map(([, some]) => some.items.length)
      expect(lengths.length).toBe(Math.ceil(count / 8))
      expect(Math.max(...lengths, 0)).toBeLessThanOrEqual(8)
      expect(Math.max(...lengths, 0) - Math.min(...lengths, 8)).toBeLessThanOrEqual(1)
    }
  })

  it('are shorter where rows are wide, within bounds', () => {
    const rowsOf = (...widths: number[]): number => rowsPerRun(widths.map((width) => ({ width })))
    expect(rowsOf(1024, 1)).toBe(127)
    expect(rowsOf(128)).toBe(256)
    expect(rowsOf()).toBe(256)
    expect(rowsOf(100_000)).toBe(32)
  })
})
