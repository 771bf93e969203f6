import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomNormal, randomUniform } from '../base/index.js'
import { categorical, validateConfig } from '../features/index.js'
import type { CalibrationRows } from './calibrator.js'
import { applyAll } from './calibrator.js'
import { calibratorOf, calibrators, readCalibration } from './calibrators.js'
import { crossFit, foldsOf } from './cross-fit.js'
import { isotonic } from './isotonic.js'
import { platt, plattDerivatives, plattLoss, plattProblem } from './platt.js'
import { poolAdjacentViolators } from './pool-adjacent-violators.js'
import type { WeightedPoint } from './pool-adjacent-violators.js'

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z))

/** Labels drawn from `σ(truth(logit))`. */
function drawnRows(seed: number, count: number, truth: (logit: number) => number): CalibrationRows {
  const [logitKey, labelKey] = [randomKey(seed, 'logit'), randomKey(seed, 'label')]
  const logits = Float32Array.from({ length: count }, (_, row) => 2 * randomNormal(logitKey, row))
  const labels = logits.map((logit, row) => Number(randomUniform(labelKey, row) < sigmoid(truth(logit))))
  return { logits, labels }
}

/** Few rows with ties, soft labels and unequal weights. */
function tiedRows(seed: number, count = 30): CalibrationRows {
  const key = randomKey(seed, 'tied')
  return {
    logits: Float32Array.from({ length: count }, (_, row) => randomInteger(key, 3 * row, 9) / 2 - 2),
    labels: Float32Array.from({ length: count }, (_, row) => randomInteger(key, 3 * row + 1, 5) / 4),
    weights: Float32Array.from({ length: count }, (_, row) => 0.1 + 3 * randomUniform(key, 3 * row + 2)),
  }
}

/**
 * The isotonic fit by its min-max formula: at each place the largest over starts of the smallest over ends of the mean
 * between them (Robertson, Wright and Dykstra 1988, theorem 1.4.4).
 */
function minMaxFit(points: readonly WeightedPoint[]): number[] {
  const mean = (first: number, last: number): number => {
    const part = points.slice(first, last + 1)
    return part.reduce((sum, p) => sum + p.weight * p.value, 0) / part.reduce((sum, p) => sum + p.weight, 0)
  }
  return points.map((_, at) => {
    const smallest = Array.from({ length: at + 1 }, (__, first) =>
      Math.min(...points.slice(at).map((___, more) => mean(first, at + more))),
    )
    return Math.max(...smallest)
  })
}

describe('pooling adjacent violators', () => {
  it('agrees with the min-max formula on random points', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const key = randomKey(seed, 'points')
      const points = Array.from({ length: 1 + randomInteger(key, 0, 25) }, (_, at) => ({
        at,
        value: randomInteger(key, 2 * at + 1, 4) / 3,
        weight: 0.1 + randomUniform(key, 2 * at + 2),
      }))
      const blocks = poolAdjacentViolators(points)
      const expected = minMaxFit(points)
      // Blocks in order hold the points in order: spread each block's value over as many points as its weight is made of.
      let point = 0
      for (const { value, weight } of blocks) {
        for (let left = weight; left > 1e-9; left -= points[point++]?.weight ?? 1)
          expect(value).toBeCloseTo(expected[point] ?? Number.NaN, 12)
      }
      expect(point).toBe(points.length)
      expect(blocks.every(({ value }, i) => i === 0 || value > (blocks[i - 1]?.value ?? 1))).toBe(true)
    }
  })

  it('pools points at one place before all else, whatever their order there, and leaves out rows without weight', () => {
    const points = [
      { at: 0, value: 1, weight: 1 },
      { at: 0, value: 0, weight: 3 },
      { at: 1, value: 0.5, weight: 0 },
      { at: 2, value: 1, weight: 2 },
    ]
    const expected = [
      { at: 0, value: 0.25, weight: 4 },
      { at: 2, value: 1, weight: 2 },
    ]
    expect(poolAdjacentViolators(points)).toEqual(expected)
    expect(poolAdjacentViolators([points[1], points[0], points[3]].flatMap((point) => point ?? []))).toEqual(expected)
  })
})

describe('Platt scaling', () => {
  it('has the derivatives of its loss: central differences', () => {
    const problem = plattProblem(tiedRows(3))
    for (const line of [
      { slope: 0.7, intercept: -0.4 },
      { slope: -2, intercept: 3 },
    ]) {
      const { gradient, curvature } = plattDerivatives(problem, line)
      const h = 1e-5
      const moved = (slope: number, intercept: number) => ({
        slope: line.slope + slope,
        intercept: line.intercept + intercept,
      })
      const differences = (of: (at: { slope: number; intercept: number }) => number) => [
        (of(moved(h, 0)) - of(moved(-h, 0))) / (2 * h),
        (of(moved(0, h)) - of(moved(0, -h))) / (2 * h),
      ]
      for (const [i, value] of differences((at) => plattLoss(problem, at)).entries())
        expect(value).toBeCloseTo(gradient[i] ?? Number.NaN, 6)
      const ofSlope = differences((at) => plattDerivatives(problem, at).gradient[0])
      const ofIntercept = differences((at) => plattDerivatives(problem, at).gradient[1])
      for (const [i, value] of [...ofSlope, ofIntercept[1] ?? 0].entries())
        expect(value).toBeCloseTo(curvature[i] ?? Number.NaN, 6)
    }
  })

  it('ends where the gradient is zero', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const rows = drawnRows(seed, 200, (z) => 0.5 * z - 2)
      const line = platt.fit(rows).toJSON() as unknown as { slope: number; intercept: number }
      const { gradient } = plattDerivatives(plattProblem(rows), line)
      expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-4)
    }
  })

  it('finds a planted distortion', () => {
    const line = platt.fit(drawnRows(1, 200_000, (z) => 0.6 * z - 1.5)).toJSON() as unknown as Record<string, number>
    expect(line['slope']).toBeCloseTo(0.6, 1)
    expect(line['intercept']).toBeCloseTo(-1.5, 1)
  })

  it('stays finite where a threshold separates the classes, and where all logits are equal', () => {
    const separable = { logits: Float32Array.of(-2, -1, 1, 2), labels: Float32Array.of(0, 0, 1, 1) }
    const split = platt.fit(separable)
    // Targets are (2 + 1)/(2 + 2) and 1/(2 + 2), so that no probability leaves their neighbourhood.
    expect(split.apply(2)).toBeGreaterThan(0.5)
    expect(split.apply(2)).toBeLessThan(0.9)
    const equal = platt.fit({ logits: Float32Array.of(3, 3, 3, 3), labels: Float32Array.of(0, 0, 1, 0) })
    // Mean of the targets: one of 2/3 and three of 1/5.
    expect(equal.apply(3)).toBeCloseTo((2 / 3 + 3 / 5) / 4, 6)
  })

  it('is level, not falling, for a model that is worse than chance', () => {
    const learned = platt.fit(drawnRows(5, 2000, (z) => -z))
    expect(learned.toJSON()).toMatchObject({ slope: 0 })
    expect(learned.apply(-3)).toBe(learned.apply(3))
  })
})

describe('isotonic regression', () => {
  it('interpolates between block centres and is level outside', () => {
    const read = isotonic.fromJSON({ logits: [-1, 1, 3], probabilities: [0.1, 0.3, 0.9] })
    const inputs = [-9, -1, 0, 1, 2, 3, 9]
    const expected = [0.1, 0.1, 0.2, 0.3, 0.6, 0.9, 0.9]
    for (const [i, logit] of inputs.entries()) expect(read.apply(logit)).toBeCloseTo(expected[i] ?? 0, 12)
    expect(read.apply(Number.NaN)).toBeNaN()
  })

  it('is that of the example of docs/math.md', () => {
    const learned = isotonic.fit({ logits: Float32Array.of(0, 1, 2, 3), labels: Float32Array.of(0, 1, 0, 1) })
    expect(learned.toJSON()).toMatchObject({ logits: [0, 1.5, 3], probabilities: [0.25, 0.5, 0.75] })
    expect(learned.apply(0.75)).toBe(0.375)
  })

  it('follows a distortion that no line of logits can', () => {
    const truth = (z: number): number => (z < 0 ? -1 : 2)
    const learned = isotonic.fit(drawnRows(2, 50_000, truth))
    expect(learned.apply(-2)).toBeCloseTo(sigmoid(-1), 1)
    expect(learned.apply(2)).toBeCloseTo(sigmoid(2), 1)
  })
})

describe.each(calibrators.map((one) => [one.name, one] as const))('%s', (name, calibrator) => {
  it('never says 0 or 1, nor lets the probability fall', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const learned = calibrator.fit(tiedRows(seed, 4 + seed))
      const said = Array.from({ length: 200 }, (_, i) => learned.apply(i / 10 - 10))
      expect(said.every((p, i) => p > 0 && p < 1 && (i === 0 || p >= (said[i - 1] ?? 1)))).toBe(true)
    }
  })

  it('counts a row by its weight: a row of weight 2 is that row twice', () => {
    const rows = drawnRows(7, 100, (z) => z - 1)
    const weights = rows.logits.map((_, row) => 1 + (row % 2))
    const twice = [...rows.logits.keys()].flatMap((row) => (row % 2 === 1 ? [row, row] : [row]))
    const repeated = {
      logits: Float32Array.from(twice, (row) => rows.logits[row] ?? 0),
      labels: Float32Array.from(twice, (row) => rows.labels[row] ?? 0),
    }
    const [weighted, copied] = [calibrator.fit({ ...rows, weights }), calibrator.fit(repeated)]
    for (let z = -4; z <= 4; z += 0.5) expect(weighted.apply(z)).toBeCloseTo(copied.apply(z), 9)
  })

  it('is the same after a round trip through JSON', () => {
    const learned = calibrator.fit(drawnRows(9, 300, (z) => 0.5 * z))
    const json = JSON.parse(JSON.stringify(learned)) as { method: string }
    const read = readCalibration(json)
    const logits = Float32Array.from({ length: 100 }, (_, i) => i / 10 - 5)
    expect(applyAll(read, logits)).toEqual(applyAll(learned, logits))
    expect(json.method).toBe(name)
  })

  it('refuses rows that say nothing', () => {
    const logits = Float32Array.of(0, 1)
    expect(() => calibrator.fit({ logits, labels: Float32Array.of(1, 1) })).toThrow(/none of 2 rows is negative/)
    expect(() => calibrator.fit({ logits: new Float32Array(0), labels: new Float32Array(0) })).toThrow(/positive/)
    expect(() => calibrator.fit({ logits: Float32Array.of(0, NaN), labels: Float32Array.of(0, 1) })).toThrow(/finite/)
  })

  it('cross-fits: no row has a part in its own probability', () => {
    const rows = drawnRows(11, 400, (z) => z)
    const folds = foldsOf(400, 1, null)
    const before = crossFit(calibrator, rows, folds)
    const changed = { ...rows, labels: rows.labels.map((label, row) => (folds[row] === 0 ? 1 - label : label)) }
    const after = crossFit(calibrator, changed, folds)
    const isSame = (row: number): boolean => before[row] === after[row]
    expect([...folds.keys()].filter((row) => folds[row] === 0).every(isSame)).toBe(true)
    expect([...folds.keys()].some((row) => !isSame(row))).toBe(true)
  })
})

describe('folds', () => {
  it('keep a group together and hold about half of the groups each', () => {
    const groups = Int32Array.from({ length: 3000 }, (_, row) => row % 1000)
    const folds = foldsOf(3000, 1, groups)
    expect([...folds].every((fold, row) => fold === folds[row % 1000])).toBe(true)
    expect(folds.filter((fold) => fold === 0).length / 3000).toBeCloseTo(0.5, 1)
  })
})

it('is known to the config by name', () => {
  const config = (calibration: string) => ({
    data: { examples: 'x.csv', label: { column: 'y' } },
    features: { a: categorical() },
    training: { calibration },
  })
  expect(calibrators.flatMap(({ name }) => validateConfig(config(name)))).toEqual([])
  const [issue] = validateConfig(config('none of them'))
  for (const { name } of calibrators) expect(issue?.message).toContain(name)
})

it('suggests the name of a calibrator', () => {
  expect(() => calibratorOf('plat')).toThrow('did you mean "platt"?')
})
