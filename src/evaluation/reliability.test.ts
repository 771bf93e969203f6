import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomUniform } from '../base/index.js'
import type { ScoredRows } from './metric.js'
import { reliabilityBins } from './reliability-bins.js'
import { segmentCalibration } from './segment-calibration.js'
import { wilsonInterval } from './wilson-interval.js'

/** Rows with ties, with labels drawn by the scores. */
function drawnRows(seed: number, count: number, levels = 97): ScoredRows & { weights: Float32Array } {
  const key = randomKey(seed, 'rows')
  const scores = Float32Array.from({ length: count }, (_, row) => randomInteger(key, 3 * row, levels) / levels)
  return {
    scores,
    labels: scores.map((score, row) => Number(randomUniform(key, 3 * row + 1) < score)),
    weights: scores.map((_, row) => 0.2 + randomUniform(key, 3 * row + 2)),
  }
}

const permuted = (rows: ScoredRows & { weights: Float32Array }): ScoredRows => ({
  scores: rows.scores.toReversed(),
  labels: rows.labels.toReversed(),
  weights: rows.weights.toReversed(),
})

describe('reliability bins', () => {
  it('hold every row once, ascending, with their own means', () => {
    const rows = drawnRows(1, 5000)
    for (const binning of ['equalMass', 'equalWidth'] as const) {
      const bins = reliabilityBins(rows, binning)
      expect(bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(5000)
      for (const [i, bin] of bins.entries()) {
        expect(bin.from).toBeGreaterThan(bins[i - 1]?.to ?? -1)
        const members = [...rows.scores.keys()].filter((row) => {
          const score = rows.scores[row] ?? 0
          return score >= bin.from && score <= bin.to
        })
        const weight = members.reduce((sum, row) => sum + (rows.weights[row] ?? 0), 0)
        const labels = members.reduce((sum, row) => sum + (rows.weights[row] ?? 0) * (rows.labels[row] ?? 0), 0)
        expect(bin.rows).toBe(members.length)
        expect(bin.weight).toBeCloseTo(weight, 6)
        expect(bin.meanLabel).toBeCloseTo(labels / weight, 9)
        expect(bin.low < bin.meanLabel && bin.meanLabel < bin.high).toBe(true)
      }
    }
  })

  it('weigh about the same by mass, and keep to tenths by width', () => {
    const rows = drawnRows(2, 20_000)
    const total = rows.weights.reduce((sum, weight) => sum + weight, 0)
    const mass = reliabilityBins(rows, 'equalMass')
    expect(mass).toHaveLength(10)
    for (const { weight } of mass) expect(Math.abs(weight / total - 0.1)).toBeLessThan(0.015)
    const width = reliabilityBins(rows, 'equalWidth')
    for (const { from, to } of width) expect(Math.floor(10 * from)).toBe(Math.floor(10 * to))
  })

  it('do not depend on the order of rows, even with few distinct scores', () => {
    const rows = drawnRows(3, 400, 7)
    const [bins, other] = [reliabilityBins(rows, 'equalMass'), reliabilityBins(permuted(rows), 'equalMass')]
    expect(other.map(({ from, to, rows: count }) => [from, to, count])).toEqual(
      bins.map(({ from, to, rows: count }) => [from, to, count]),
    )
    expect(bins.length).toBeLessThanOrEqual(7)
  })

  it('are none without rows or weight, and one when all scores are equal', () => {
    const nothing = { scores: new Float32Array(0), labels: new Float32Array(0) }
    expect(reliabilityBins(nothing, 'equalMass')).toEqual([])
    const weightless = { scores: Float32Array.of(0.5), labels: Float32Array.of(1), weights: Float32Array.of(0) }
    expect(reliabilityBins(weightless, 'equalWidth')).toEqual([])
    const equal = { scores: Float32Array.of(1, 1, 1), labels: Float32Array.of(0, 1, 1) }
    expect(reliabilityBins(equal, 'equalMass')).toMatchObject([{ rows: 3, meanPrediction: 1 }])
    expect(reliabilityBins(equal, 'equalWidth')).toMatchObject([{ rows: 3, from: 1, to: 1 }])
  })
})

describe('the Wilson interval', () => {
  it('is the pair of shares from which the observed one lies 1.96 standard errors away', () => {
    for (const [share, count] of [[0.3, 20] as const, [0, 8] as const, [1, 3] as const, [0.011, 4000] as const]) {
      const { low, high } = wilsonInterval(share, count)
      for (const bound of [low, high]) {
        if (bound === 0 || bound === 1) expect(bound).toBe(share)
        else expect(Math.abs(share - bound)).toBeCloseTo(1.959964 * Math.sqrt((bound * (1 - bound)) / count), 9)
      }
    }
  })
})

describe('calibration by segment', () => {
  it('finds the segment that is wrong although the whole is right', () => {
    const count = 20_000
    const rows = drawnRows(4, count)
    const segments = new Map([
      ['low', [...Array(count).keys()].filter((row) => row % 2 === 0)],
      ['high', [...Array(count).keys()].filter((row) => row % 2 === 1)],
      ['few', [0, 1, 2]],
    ])
    const scores = rows.scores.map((score, row) => score * (row % 2 === 0 ? 0.8 : 1.2))
    const { segments: found, smallCount } = segmentCalibration({ ...rows, scores }, segments, 100)
    expect(smallCount).toBe(1)
    const [first, second] = found
    expect([first?.value, second?.value]).toEqual(['high', 'low'])
    expect(first?.calibration).toBeCloseTo(1.2, 1)
    expect(second?.calibration).toBeCloseTo(0.8, 1)
    expect(first?.standardErrors).toBeGreaterThan(10)
    expect(second?.standardErrors).toBeLessThan(-10)
  })

  it('counts in standard errors: over many draws of the labels their mean square is 1, weights or not', () => {
    for (const isWeighted of [true, false]) {
      const draws = Array.from({ length: 400 }, (_, seed) => {
        const { weights, ...rows } = drawnRows(100 + seed, 300)
        const all = new Map([['all', [...rows.scores.keys()]]])
        const { segments } = segmentCalibration(
          isWeighted ? { ...rows, weights: weights.map((weight) => 5 * weight) } : rows,
          all,
          1,
        )
        return segments[0]?.standardErrors ?? Number.NaN
      })
      const meanSquare = draws.reduce((sum, draw) => sum + draw ** 2, 0) / draws.length
      expect(Math.abs(meanSquare - 1)).toBeLessThan(0.2)
    }
  })

  it('stays within chance for a model that is right, and is null where nothing can be said', () => {
    const rows = drawnRows(5, 10_000)
    const all = new Map([['all', [...rows.scores.keys()]]])
    const { segments } = segmentCalibration({ scores: rows.scores, labels: rows.labels }, all, 1)
    expect(Math.abs(segments[0]?.standardErrors ?? 9)).toBeLessThan(3)
    const certain = { scores: Float32Array.of(0, 0), labels: Float32Array.of(0, 0) }
    expect(segmentCalibration(certain, new Map([['a', [0, 1]]]), 1).segments).toMatchObject([
      { calibration: null, standardErrors: null, meanPrediction: 0 },
    ])
  })
})
