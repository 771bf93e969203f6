/** Gains beside a slow computation with maps, row by row, straight from the definition. */
import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomUniform } from '../../base/index.js'
import type { CrossColumn, CrossRows } from './cross-rows.js'
import { createFolds, estimates } from './folds.js'
import { meanGain, pairGain } from './gain.js'
import { pairTuples } from './kernels/pair-tuples.js'
import { plantedRows } from './planted-rows.js'

const minCount = 5

/** A column of lists of 0 to 3 ids. */
function listColumn(rowCount: number, idCount: number): CrossColumn {
  const key = randomKey(7, 'lists')
  const offsets = new Int32Array(rowCount + 1)
  for (let row = 0; row < rowCount; row++) offsets[row + 1] = (offsets[row] ?? 0) + randomInteger(key, row, 4)
  const length = offsets[rowCount] ?? 0
  const ids = Int32Array.from({ length }, (_, at) => randomInteger(key, rowCount + at, idCount))
  return { name: 'list', idCount, ids, offsets }
}

const idsOf = ({ ids, offsets }: CrossColumn, row: number): number[] =>
  offsets ? [...ids.subarray(offsets[row], offsets[row + 1])] : [ids[row] ?? 0]

const keysOf = (a: CrossColumn, b: CrossColumn, row: number): string[] =>
  idsOf(a, row).flatMap((left) => idsOf(b, row).map((right) => `${String(left)} ${String(right)}`))

const lossOf = (label: number, logit: number): number =>
  -Math.log(label === 1 ? 1 / (1 + Math.exp(-logit)) : 1 - 1 / (1 + Math.exp(-logit)))

/** Weights of all tuples by their names. */
function slowWeights(
  rows: CrossRows,
  fit: Iterable<number>,
  [a, b]: readonly [CrossColumn, CrossColumn],
): Map<string, number> {
  const sums = new Map<string, { g: number; h: number; n: number }>()
  for (const row of fit) {
    const p = 1 / (1 + Math.exp(-(rows.logits[row] ?? 0)))
    const weight = rows.weights[row] ?? 0
    const keys = keysOf(a, b, row)
    for (const key of keys) {
      const sum = sums.get(key) ?? { g: 0, h: 0, n: 0 }
      sum.g += weight * ((rows.labels[row] ?? 0) - p)
      sum.h += weight * p * (1 - p) * keys.length
      sum.n++
      sums.set(key, sum)
    }
  }
  const kept = [...sums].filter(([, { n }]) => n >= minCount)
  const values = (side: number): number => new Set(kept.map(([key]) => key.split(' ')[side])).size
  const freedom = Math.max(1, kept.length - values(0) - values(1) + 1)
  const excess = kept.reduce((sum, [, { g, h }]) => sum + (g * g) / h, 0) - freedom
  const damping = Math.max(1, kept.reduce((sum, [, { h }]) => sum + h, 0) / excess)
  if (excess <= 0) return new Map()
  return new Map(kept.map(([key, { g, h }]) => [key, Math.sign(g) * Math.log(1 + Math.abs(g) / (h + damping))]))
}

describe('the gain of a pair', () => {
  const base = plantedRows({
    rowCount: 3000,
    seed: 3,
    sizes: [6, 9],
    planted: [[0, 1]],
    strength: 0.8,
    trainingShare: 0.4,
  })
  const key = randomKey(3, 'weights')
  const rows: CrossRows = { ...base, weights: base.weights.map((_, row) => 0.5 + randomUniform(key, row)) }
  const [a, b] = rows.columns
  if (!a || !b) throw new Error('two columns')
  const pairs: Record<string, readonly [CrossColumn, CrossColumn]> = {
    singles: [a, b],
    lists: [a, listColumn(rows.rowCount, 5)],
    huge: [{ ...a, idCount: 2 ** 20 }, b],
  }

  for (const [name, pair] of Object.entries(pairs)) {
    for (const estimate of estimates) {
      it(`is that of brute force: ${name}, weights from ${estimate}`, () => {
        const folds = createFolds(rows, { count: 3, seed: 1 })
        const gains = new Float64Array(rows.rowCount)
        const found = pairGain(pairTuples(...pair, rows.rowCount), estimate, { rows, folds, minCount, gains })
        let [total, sum, covered] = [0, 0, 0]
        for (const { fit, measured } of folds) {
          const weights = slowWeights(rows, fit[estimate], pair)
          for (const row of measured) {
            const keys = keysOf(...pair, row)
            const step = keys.reduce((all, one) => all + (weights.get(one) ?? 0), 0)
            const [label, logit] = [rows.labels[row] ?? 0, rows.logits[row] ?? 0]
            const weight = rows.weights[row] ?? 0
            sum += weight * (lossOf(label, logit) - lossOf(label, logit + step))
            if (keys.some((one) => weights.has(one))) covered += weight
            total += weight
          }
        }
        expect(found.gain).toBeCloseTo(sum / total, 12)
        expect(found.coverage).toBeCloseTo(covered / total, 12)
        if (name !== 'lists') expect(found.gain).toBeGreaterThan(0.02)
      })
    }
  }

  it('measures every held-out row once, with weights of others', () => {
    const folds = createFolds(rows, { count: 4, seed: 2 })
    const measured = folds.flatMap((fold) => [...fold.measured]).sort((x, y) => x - y)
    expect(measured).toEqual(
      Array.from({ length: rows.rowCount - rows.firstHeldOut }, (_, at) => rows.firstHeldOut + at),
    )
    for (const { fit, measured: own } of folds) {
      for (const estimate of estimates) expect(own.some((row) => fit[estimate].includes(row))).toBe(false)
      expect(fit.heldOut.every((row) => row >= rows.firstHeldOut)).toBe(true)
      expect(fit.all.length - fit.heldOut.length).toBe(rows.firstHeldOut)
    }
  })

  it('has the standard error of a mean, and of sums by user where there are users', () => {
    const gains = Float64Array.of(9, 1, 2, 3, 6)
    const four = { ...rows, rowCount: 5, firstHeldOut: 1, weights: Float32Array.of(1, 1, 1, 1, 1), groups: null }
    // Mean 3, deviations −2, −1, 0, 3.
    expect(meanGain(four, gains)).toEqual({ gain: 3, standardError: Math.sqrt(4 + 1 + 0 + 9) / 4 })
    const groups = Int32Array.of(0, 0, 0, 1, 1)
    expect(meanGain({ ...four, groups }, gains)).toEqual({ gain: 3, standardError: Math.sqrt(9 + 9) / 4 })
  })
})
