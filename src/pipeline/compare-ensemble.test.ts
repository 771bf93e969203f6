import { describe, expect, it } from 'vitest'
import { averageLogits } from './compare-ensemble.js'

describe('averageLogits', () => {
  it('is the logistic function of the mean logit, and the mean of predicted values', () => {
    const logit = (p: number): number => Math.log(p / (1 - p))
    const [a, b] = [Float32Array.of(0.2, 0.5, 0.9), Float32Array.of(0.6, 0.5, 0.99)]
    const expected = Array.from(a, (p, row) => 1 / (1 + Math.exp(-(logit(p) + logit(b[row] ?? 0)) / 2)))
    averageLogits('binary', [a, b]).forEach((score, row) => {
      expect(score).toBeCloseTo(expected[row] ?? NaN, 9)
    })
    expect(Array.from(averageLogits('regression', [Float32Array.of(1, -4), Float32Array.of(2, 8)]))).toEqual([1.5, 2])
  })

  it('keeps a single member as it is, and stays finite where a score is 0 or 1', () => {
    const own = Float32Array.of(0.25, 1)
    expect(averageLogits('binary', [own])).toBe(own)
    const sure = averageLogits('binary', [Float32Array.of(0, 1, 1), Float32Array.of(1, 1, 0.5)])
    expect(sure[0]).toBeCloseTo(0.5, 12)
    expect(sure[1]).toBeGreaterThan(1 - 1e-7)
    expect(sure[2]).toBeLessThan(1)
  })
})
