import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { randomInteger, randomUniform } from '../../base/index.js'
import type { ScoredRows } from '../metric.js'
import { metrics } from './index.js'

/** Those of one score for each row; class-metrics.test.ts has the others. */
const scalars = metrics.filter(({ heads }) => heads.includes('binary') || heads.includes('regression'))

interface Row {
  readonly score: number
  readonly label: number
  readonly weight: number
  readonly group: number
}

/** Random rows with many ties and unequal weights. */
function randomRows(seed: number, count = 60): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    score: Math.fround(randomInteger(seed, 4 * i, 12) / 12 + 0.01),
    label: randomInteger(seed, 4 * i + 1, 3) === 0 ? 1 : 0,
    weight: Math.fround(randomUniform(seed, 4 * i + 2) * 2),
    group: randomInteger(seed, 4 * i + 3, 5),
  }))
}

function scored(rows: readonly Row[]): ScoredRows {
  return {
    scores: Float32Array.from(rows, ({ score }) => score),
    labels: Float32Array.from(rows, ({ label }) => label),
    weights: Float32Array.from(rows, ({ weight }) => weight),
    groups: Int32Array.from(rows, ({ group }) => group),
  }
}

const total = (rows: readonly Row[], value: (row: Row) => number): number =>
  rows.reduce((sum, row) => sum + value(row), 0)
const mean = (rows: readonly Row[], value: (row: Row) => number): number =>
  total(rows, (row) => row.weight * value(row)) / total(rows, (row) => row.weight)

/** The same metrics written as their definitions read, in quadratic time. */
const twins: Record<string, (rows: readonly Row[]) => number | null> = {
  auc: bruteAuc,
  aucPr(rows) {
    const thresholds = [...new Set(rows.map(({ score }) => score))].sort((a, b) => b - a)
    let area = 0
    let earlier = 0
    for (const threshold of thresholds) {
      const above = rows.filter(({ score }) => score >= threshold)
      const hits = total(above, ({ weight, label }) => weight * label)
      area += (hits - earlier) * (hits / total(above, ({ weight }) => weight))
      earlier = hits
    }
    return earlier > 0 ? area / earlier : null
  },
  logLoss: (rows) => mean(rows, ({ score, label }) => -Math.log(Math.min(1 - 1e-7, label === 1 ? score : 1 - score))),
  accuracy: (rows) => mean(rows, ({ score, label }) => Number(score > 0.5 ? label === 1 : label === 0)),
  accuracyBaseline: (rows) =>
    Math.max(
      mean(rows, ({ label }) => label),
      mean(rows, ({ label }) => 1 - label),
    ),
  calibration: (rows) => mean(rows, ({ score }) => score) / mean(rows, ({ label }) => label),
  expectedCalibrationError(rows) {
    let error = 0
    for (let bin = 0; bin < 15; bin++) {
      const own = rows.filter(({ score }) => Math.min(14, Math.floor(score * 15)) === bin)
      const weight = total(own, (row) => row.weight)
      if (weight > 0) error += weight * Math.abs(mean(own, ({ score }) => score) - mean(own, ({ label }) => label))
    }
    return error / total(rows, ({ weight }) => weight)
  },
  rmse: (rows) => Math.sqrt(mean(rows, ({ score, label }) => (score - label) ** 2)),
  mae: (rows) => mean(rows, ({ score, label }) => Math.abs(score - label)),
  labelMean: (rows) => mean(rows, ({ label }) => label),
  predictionMean: (rows) => mean(rows, ({ score }) => score),
  groupedAuc(rows) {
    const judged = grouped(rows).flatMap((own) => {
      const area = bruteAuc(own)
      return area === null ? [] : [{ area, weight: total(own, ({ weight }) => weight) }]
    })
    const weight = judged.reduce((sum, one) => sum + one.weight, 0)
    return weight > 0 ? judged.reduce((sum, one) => sum + one.weight * one.area, 0) / weight : null
  },
  groupedAucCoverage(rows) {
    const judged = grouped(rows).filter((own) => bruteAuc(own) !== null)
    return total(judged.flat(), ({ weight }) => weight) / total(rows, ({ weight }) => weight)
  },
}

/** The rows of each group. */
const grouped = (rows: readonly Row[]): Row[][] =>
  [...new Set(rows.map(({ group }) => group))].map((group) => rows.filter((row) => row.group === group))

function bruteAuc(rows: readonly Row[]): number | null {
  let right = 0
  let pairs = 0
  for (const a of rows) {
    for (const b of rows) {
      if (a.label !== 1 || b.label !== 0) continue
      pairs += a.weight * b.weight
      right += a.weight * b.weight * (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)
    }
  }
  return pairs > 0 ? right / pairs : null
}

describe.each(scalars.map((metric) => [metric.name, metric] as const))('%s', (name, metric) => {
  it('agrees with its brute-force twin on random rows with ties and weights', () => {
    for (let seed = 1; seed <= 20; seed++) {
      // Few rows leave some groups with one class.
      const rows = randomRows(seed, seed % 2 === 0 ? 60 : 12)
      const expected = twins[name]?.(rows) ?? null
      const got = metric.compute(scored(rows))
      if (expected === null) expect(got).toBeNull()
      else expect(got).toBeCloseTo(expected, 9)
    }
  })

  it('is never NaN: nothing, one class, no weight', () => {
    const one = randomRows(1, 5).map((row) => ({ ...row, label: 0 }))
    for (const rows of [[], one, one.map((row) => ({ ...row, weight: 0 }))]) {
      const value = metric.compute(scored(rows))
      expect(value === null || Number.isFinite(value)).toBe(true)
    }
  })

  it('does not depend on the order of rows', () => {
    const rows = randomRows(4)
    expect(metric.compute(scored([...rows].reverse()))).toBeCloseTo(metric.compute(scored(rows)) ?? Number.NaN, 9)
  })
})

describe('the list of metrics', () => {
  it('has every file of the folder, and each has a twin', () => {
    const camel = (file: string): string =>
      file.replace('.ts', '').replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
    const files = readdirSync(new URL('.', import.meta.url)).filter((file) => !/^(index|metrics\.test)\.ts$/.test(file))
    expect(metrics.map(({ name }) => name).sort()).toEqual(files.map(camel).sort())
    expect(Object.keys(twins).sort()).toEqual(scalars.map(({ name }) => name).sort())
  })
})
