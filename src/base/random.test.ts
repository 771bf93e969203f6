import { describe, expect, it } from 'vitest'
import { permutation, randomKey, randomNormal, randomUint32, randomUniform } from './random.js'

describe('counter-based random numbers', () => {
  it('are a function of key and counter alone', () => {
    expect(randomUint32(7, 12)).toBe(randomUint32(7, 12))
    expect(randomUint32(7, 12)).not.toBe(randomUint32(7, 13))
    expect(randomUint32(7, 12)).not.toBe(randomUint32(8, 12))
  })

  it('differ beyond 2^32 counters', () => {
    expect(randomUint32(7, 5)).not.toBe(randomUint32(7, 5 + 2 ** 32))
  })

  it('are uniform: mean 1/2, variance 1/12, bits balanced, neighbours uncorrelated', () => {
    const count = 200_000
    const key = randomKey(1, 'test')
    let sum = 0
    let squares = 0
    let products = 0
    for (let i = 0; i < count; i++) {
      const x = randomUniform(key, i) - 0.5
      sum += x
      squares += x * x
      products += x * (randomUniform(key, i + 1) - 0.5)
    }
    // Five standard errors each: sd of the mean √(1/12/n), of the variance √(1/180/n), of the covariance 1/12/√n.
    expect(Math.abs(sum / count)).toBeLessThan(5 * Math.sqrt(1 / 12 / count))
    expect(Math.abs(squares / count - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / count))
    expect(Math.abs(products / count)).toBeLessThan((5 * (1 / 12)) / Math.sqrt(count))
  })

  it('have normal moments', () => {
    const count = 100_000
    let sum = 0
    let squares = 0
    for (let i = 0; i < count; i++) {
      const x = randomNormal(3, i)
      sum += x
      squares += x * x
    }
    expect(Math.abs(sum / count)).toBeLessThan(5 / Math.sqrt(count))
    expect(Math.abs(squares / count - 1)).toBeLessThan(5 * Math.sqrt(2 / count))
  })

  it('permute: every index once, another order for another key', () => {
    const order = permutation(1000, 5)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect([...permutation(1000, 6)]).not.toEqual([...order])
  })

  it('give keys that differ by word and by seed', () => {
    expect(
      new Set([randomKey(1, 'a'), randomKey(1, 'b'), randomKey(2, 'a'), randomKey(1, 'a', 0), randomKey(1, 'a', 1)])
        .size,
    ).toBe(5)
  })
})
