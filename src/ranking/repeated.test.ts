import { describe, expect, it } from 'vitest'
import { repeated } from './repeated.js'

describe('repeated values', () => {
  it('stand one behind the other, as often as they are asked for', () => {
    for (const values of [[], [7], [1, 2], [3, 1, 2]])
      for (const count of [0, 1, 2, 3, 4, 5, 31]) {
        const expected = Array.from({ length: count }, () => values).flat()
        expect([...repeated(Int32Array.from(values), count)]).toEqual(expected)
      }
  })
  it('are of the kind that they were, and others than they were', () => {
    const values = Float32Array.of(0.5, 0.25)
    const all = repeated(values, 1)
    expect(all).toBeInstanceOf(Float32Array)
    expect(all.buffer).not.toBe(values.buffer)
  })
})
