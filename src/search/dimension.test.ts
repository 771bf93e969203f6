import { describe, expect, it } from 'vitest'
import { choice, integerRange, logRange, range } from '../space/index.js'
import { borderOf, drawSettings, spaceSize, unitOf, valueAt } from './dimension.js'

describe('a dimension on the unit interval', () => {
  it('puts the middle of a range, of its orders of magnitude, of its whole numbers in the middle', () => {
    expect(valueAt(range(2, 4), 0.5)).toBe(3)
    expect(valueAt(logRange(1e-4, 1e-2), 0.5)).toBe(1e-3)
    expect([0, 0.24, 0.25, 0.5, 0.99, 1].map((unit) => valueAt(integerRange(3, 6), unit))).toEqual([3, 3, 4, 5, 6, 6])
  })

  it('keeps four digits of the range and stays inside it', () => {
    expect(valueAt(range(0, 0.6), 1 / 3)).toBe(0.2)
    expect(valueAt(range(0, 0.6), 0.123456789)).toBe(0.0741)
    expect(valueAt(range(1000, 1001), 0.123456)).toBe(1000.123)
    expect(valueAt(logRange(0.00123444, 0.1), 0)).toBe(0.00123444)
    expect(valueAt(logRange(0.00123456, 0.1), 0)).toBe(0.001235)
  })

  it('finds the place of a value again', () => {
    expect(unitOf(range(2, 4), 2.5)).toBe(0.25)
    expect(unitOf(logRange(1e-4, 1), 1e-3)).toBeCloseTo(0.25, 12)
    expect(unitOf(integerRange(3, 6), 3)).toBe(0.125)
  })

  it('draws logarithms evenly and settings apart from one another', () => {
    const space = { 'a.b': logRange(1e-4, 1), 'a.c': range(0, 1), 'a.d': choice(['x', 'y']) }
    const drawn = Array.from({ length: 400 }, (_, trial) => drawSettings(space, 1, trial))
    const below = drawn.filter((one) => Number(one['a.b']) < 0.01)
    expect(below.length).toBeGreaterThan(160)
    expect(below.length).toBeLessThan(240)
    const both = below.filter((one) => one['a.d'] === 'x' && Number(one['a.c']) < 0.5).length
    expect(both).toBeGreaterThan(30)
    expect(both).toBeLessThan(70)
  })

  it('counts what can be different', () => {
    expect(spaceSize({ a: choice([1, 2, 2]), b: integerRange(1, 3) })).toBe(6)
    expect(spaceSize({ a: choice([1, 2]), b: range(0, 1) })).toBe(Infinity)
  })

  it('knows the ends of a range', () => {
    expect(borderOf(range(0, 1), 0.02)).toBe('low')
    expect(borderOf(range(0, 1), 0.05)).toBeNull()
    expect(borderOf(logRange(1e-4, 1), 0.9)).toBe('high')
    expect(borderOf(integerRange(1, 100), 2)).toBeNull()
    expect(borderOf(integerRange(1, 100), 100)).toBe('high')
    expect(borderOf(choice([1, 2]), 1)).toBeNull()
  })
})
