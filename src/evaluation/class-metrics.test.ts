/** Metrics of multi-class and multi-label heads against their definitions, written in quadratic time. */
import { describe, expect, it } from 'vitest'
import { randomInteger, randomUniform } from '../base/index.js'
import type { ScoredRows } from './metric.js'
import { metrics } from './metrics/index.js'

interface Row {
  readonly scores: readonly number[]
  /** Its class, or a 0 or 1 for each label. */
  readonly label: readonly number[]
  readonly weight: number
}

type Twin = (rows: readonly Row[]) => number | null

const classCount = 6
const places = Array.from({ length: classCount }, (_, place) => place)

const total = (rows: readonly Row[], value: (row: Row) => number): number =>
  rows.reduce((sum, row) => sum + value(row), 0)
const mean = (rows: readonly Row[], value: (row: Row) => number): number | null =>
  total(rows, ({ weight }) => weight) > 0
    ? total(rows, (row) => row.weight * value(row)) / total(rows, ({ weight }) => weight)
    : null
const average = (values: readonly (number | null)[]): number | null => {
  const defined = values.filter((value) => value !== null)
  return defined.length > 0 ? defined.reduce((sum, value) => sum + value, 0) / defined.length : null
}

/** Places by descending score, earlier ones first among equals. */
const ranked = ({ scores }: Row): number[] => [...places].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
const isAmong =
  (k: number) =>
  (row: Row): number =>
    Number(
      ranked(row)
        .slice(0, k)
        .includes(row.label[0] ?? -1),
    )

interface Judged {
  readonly score: number
  readonly isPositive: boolean
  readonly weight: number
}

function areaOf(rows: readonly Judged[]): number | null {
  let right = 0
  let pairs = 0
  for (const a of rows.filter(({ isPositive }) => isPositive)) {
    for (const b of rows.filter(({ isPositive }) => !isPositive)) {
      pairs += a.weight * b.weight
      right += a.weight * b.weight * (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)
    }
  }
  return pairs > 0 ? right / pairs : null
}

/** F1 from precision and recall, of a class that rows have or are said to have. */
function f1(rows: readonly Row[], place: number): number {
  const said = rows.filter((row) => ranked(row)[0] === place)
  const actual = rows.filter(({ label }) => label[0] === place)
  const hits = total(
    said.filter(({ label }) => label[0] === place),
    ({ weight }) => weight,
  )
  if (hits === 0) return 0
  const precision = hits / total(said, ({ weight }) => weight)
  const recall = hits / total(actual, ({ weight }) => weight)
  return (2 * precision * recall) / (precision + recall)
}

const isMet = (rows: readonly Row[], place: number): boolean =>
  rows.some((row) => row.weight > 0 && (row.label[0] === place || ranked(row)[0] === place))

const clip = (p: number): number => Math.min(1 - 1e-7, Math.max(1e-7, p))

const multiclass: Readonly<Record<string, Twin>> = {
  multiclassLogLoss: (rows) => mean(rows, ({ scores, label }) => -Math.log(Math.max(1e-7, scores[label[0] ?? 0] ?? 0))),
  multiclassAccuracy: (rows) => mean(rows, isAmong(1)),
  top3Accuracy: (rows) => mean(rows, isAmong(3)),
  top5Accuracy: (rows) => mean(rows, isAmong(5)),
  macroF1: (rows) => average(places.filter((place) => isMet(rows, place)).map((place) => f1(rows, place))),
  weightedF1: (rows) => mean(rows, ({ label }) => f1(rows, label[0] ?? 0)),
  macroAuc: (rows) =>
    average(
      places.map((place) =>
        areaOf(
          rows.map(({ scores, label, weight }) => ({
            score: scores[place] ?? 0,
            isPositive: label[0] === place,
            weight,
          })),
        ),
      ),
    ),
}

const multilabel: Readonly<Record<string, Twin>> = {
  multilabelLogLoss: (rows) =>
    mean(
      rows,
      ({ scores, label }) =>
        average(
          places.map(
            (place) => -Math.log(label[place] === 1 ? clip(scores[place] ?? 0) : 1 - clip(scores[place] ?? 0)),
          ),
        ) ?? 0,
    ),
  multilabelMicroAuc: (rows) =>
    areaOf(
      rows.flatMap(({ scores, label, weight }) =>
        places.map((place) => ({ score: scores[place] ?? 0, isPositive: label[place] === 1, weight })),
      ),
    ),
  multilabelMacroAuc: (rows) =>
    average(
      places.map((place) =>
        areaOf(
          rows.map(({ scores, label, weight }) => ({
            score: scores[place] ?? 0,
            isPositive: label[place] === 1,
            weight,
          })),
        ),
      ),
    ),
}

/** Random rows with many ties; class 5 is rare, and some rows weigh nothing. */
function randomRows(seed: number, count: number, isMultilabel: boolean): Row[] {
  return Array.from({ length: count }, (_, row) => ({
    scores: places.map((place) => Math.fround(randomInteger(seed, row * 40 + place, 8) / 8)),
    label: isMultilabel
      ? places.map((place) => Number(randomInteger(seed, row * 40 + 10 + place, 3) === 0))
      : [Math.min(randomInteger(seed, row * 40 + 20, 5), 4) + Number(row === 7)],
    weight: row % 5 === 0 ? 0 : Math.fround(randomUniform(seed, row * 40 + 30) * 2),
  }))
}

const scored = (rows: readonly Row[]): ScoredRows => ({
  scores: Float32Array.from(rows.flatMap(({ scores }) => scores)),
  labels: Float32Array.from(rows.flatMap(({ label }) => label)),
  weights: Float32Array.from(rows, ({ weight }) => weight),
  width: classCount,
  labelWidth: rows[0]?.label.length ?? 1,
})

for (const [head, twins] of Object.entries({ multiclass, multilabel })) {
  const own = metrics.filter(({ heads }) => heads.includes(head as 'multiclass'))
  const isMultilabel = head === 'multilabel'
  describe(`metrics of a ${head} head`, () => {
    it('each have a twin', () => {
      expect(own.map(({ name }) => name).sort()).toEqual(Object.keys(twins).sort())
    })

    for (const metric of own) {
      it(`${metric.name} agrees with its brute-force twin on random rows with ties and weights`, () => {
        for (let seed = 1; seed <= 10; seed++) {
          const rows = randomRows(seed, seed % 2 === 0 ? 40 : 6, isMultilabel)
          const expected = twins[metric.name]?.(rows) ?? null
          const got = metric.compute(scored(rows))
          if (expected === null) expect(got).toBeNull()
          else expect(got).toBeCloseTo(expected, 9)
        }
      })

      it(`${metric.name} is never NaN: nothing, one class, no weight; and the order of rows does not matter`, () => {
        const rows = randomRows(3, 20, isMultilabel)
        const one = rows.map((row) => ({ ...row, label: row.label.map(() => 0) }))
        for (const some of [[], one, one.map((row) => ({ ...row, weight: 0 }))]) {
          const value = metric.compute(scored(some))
          expect(value === null || Number.isFinite(value)).toBe(true)
        }
        expect(metric.compute(scored([...rows].reverse()))).toBeCloseTo(metric.compute(scored(rows)) ?? NaN, 9)
      })
    }
  })
}
