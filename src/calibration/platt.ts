/** Platt scaling (Platt 1999): `σ(a z + b)` of the logit, two numbers found by Newton's method (Lin, Lin and Weng 2007). */
import type { Calibration, CalibrationRows, Calibrator } from './calibrator.js'
import { classWeights, smoothedTargets } from './calibrator.js'

export interface PlattLine {
  readonly slope: number
  readonly intercept: number
}

/** Rows with a target instead of a label. */
export interface PlattProblem {
  readonly logits: Float32Array
  readonly targets: Float64Array
  readonly weights: Float32Array
}

export interface PlattDerivatives {
  readonly gradient: readonly [slope: number, intercept: number]
  /** Second derivatives: slope twice, mixed, intercept twice. */
  readonly curvature: readonly [number, number, number]
}

const mostSteps = 100
const mostHalvings = 40

export const platt: Calibrator = {
  name: 'platt',
  fit(rows) {
    const problem = plattProblem(rows)
    const free = minimize(problem, { slope: 0, intercept: baseLogit(problem) })
    // A falling line would turn the order round; of the lines that do not fall the best is then the level one.
    return calibrationOf(free.slope > 0 ? free : { slope: 0, intercept: baseLogit(problem) })
  },
  fromJSON(json) {
    const { slope, intercept } = json as PlattLine
    return calibrationOf({ slope, intercept })
  },
}

function calibrationOf({ slope, intercept }: PlattLine): Calibration {
  return {
    method: platt.name,
    apply: (logit) => 1 / (1 + Math.exp(-(slope * logit + intercept))),
    toJSON: () => ({ method: platt.name, slope, intercept }),
  }
}

/** Labels become Platt's smoothed targets. */
export function plattProblem(rows: CalibrationRows): PlattProblem {
  const { high, low } = smoothedTargets(classWeights(platt.name, rows))
  return {
    logits: rows.logits,
    targets: Float64Array.from(rows.labels, (label) => label * high + (1 - label) * low),
    weights: rows.weights ?? new Float32Array(rows.labels.length).fill(1),
  }
}

/** Negative log likelihood `Σ w (softplus(f) − t f)` with `f = a z + b`. */
export function plattLoss({ logits, targets, weights }: PlattProblem, { slope, intercept }: PlattLine): number {
  let loss = 0
  for (let row = 0; row < targets.length; row++) {
    const f = slope * (logits[row] ?? 0) + intercept
    loss += (weights[row] ?? 0) * (Math.max(f, 0) + Math.log1p(Math.exp(-Math.abs(f))) - (targets[row] ?? 0) * f)
  }
  return loss
}

export function plattDerivatives(problem: PlattProblem, { slope, intercept }: PlattLine): PlattDerivatives {
  let [gSlope, gIntercept, hSlope, hMixed, hIntercept] = [0, 0, 0, 0, 0]
  for (let row = 0; row < problem.targets.length; row++) {
    const z = problem.logits[row] ?? 0
    const weight = problem.weights[row] ?? 0
    const p = 1 / (1 + Math.exp(-(slope * z + intercept)))
    const gap = weight * (p - (problem.targets[row] ?? 0))
    const curve = weight * p * (1 - p)
    gSlope += gap * z
    gIntercept += gap
    hSlope += curve * z * z
    hMixed += curve * z
    hIntercept += curve
  }
  return { gradient: [gSlope, gIntercept], curvature: [hSlope, hMixed, hIntercept] }
}

/** Newton steps, each halved until the loss falls enough; the loss is convex, so that any way down leads to the minimum. */
function minimize(problem: PlattProblem, start: PlattLine): PlattLine {
  let line = start
  let loss = plattLoss(problem, line)
  for (let step = 0; step < mostSteps; step++) {
    const { direction, decrease } = newtonDirection(plattDerivatives(problem, line))
    if (!(decrease > 1e-14 * Math.abs(loss))) break
    const next = search(problem, { line, loss, direction, decrease })
    if (!next) break
    line = next.line
    loss = next.loss
  }
  return line
}

interface Direction {
  readonly direction: PlattLine
  /** By how much the loss falls along the whole step, to first order. */
  readonly decrease: number
}

function newtonDirection({ gradient: [g1, g2], curvature: [h11, h12, h22] }: PlattDerivatives): Direction {
  // Equal logits make the matrix singular: a ridge of the size of rounding lets it be solved.
  const ridge = 1e-12 * (h11 + h22) + 1e-300
  const determinant = (h11 + ridge) * (h22 + ridge) - h12 * h12
  const slope = -((h22 + ridge) * g1 - h12 * g2) / determinant
  const intercept = -((h11 + ridge) * g2 - h12 * g1) / determinant
  return { direction: { slope, intercept }, decrease: -(g1 * slope + g2 * intercept) }
}

function search(
  problem: PlattProblem,
  { line, loss, direction, decrease }: Direction & { readonly line: PlattLine; readonly loss: number },
): { line: PlattLine; loss: number } | null {
  for (let halving = 0, length = 1; halving < mostHalvings; halving++, length /= 2) {
    const next = {
      slope: line.slope + length * direction.slope,
      intercept: line.intercept + length * direction.intercept,
    }
    const nextLoss = plattLoss(problem, next)
    if (nextLoss <= loss - 1e-4 * length * decrease) return { line: next, loss: nextLoss }
  }
  return null
}

/** The logit of the mean target: the best level line. */
function baseLogit({ targets, weights }: PlattProblem): number {
  const sum = targets.reduce((total, target, row) => total + (weights[row] ?? 0) * target, 0)
  return Math.log(sum / (weights.reduce((total, weight) => total + weight, 0) - sum))
}
