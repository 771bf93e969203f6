/**
 * Parzen estimators of one dimension (Bergstra et al. 2011, §4): on the unit interval a mixture of truncated normals, one
 * at each observation, and the uniform prior; over choices the counts with the same prior.
 */
import { randomInteger, randomNormal, randomUniform } from '../base/index.js'

interface Kernel {
  readonly center: number
  readonly deviation: number
  /** Mass of the untruncated normal inside the interval. */
  readonly mass: number
}

export interface Density {
  density(unit: number): number
  /** A draw: a pure function of key and counter. */
  draw(key: number, counter: number): number
}

/** The estimator of observations on the unit interval. */
export function parzenDensity(observations: readonly number[]): Density {
  const sorted = [...observations].sort((a, b) => a - b)
  const kernels = sorted.map((center, index) => kernelAt(center, bandwidth(sorted, index)))
  return {
    density: (unit) => kernels.reduce((sum, kernel) => sum + kernelDensity(kernel, unit), 1) / (kernels.length + 1),
    draw(key, counter) {
      const first = counter * drawCounters
      const kernel = kernels[randomInteger(key, first, kernels.length + 1)]
      return kernel ? drawTruncated(kernel, key, first) : randomUniform(key, first + 1)
    },
  }
}

/** Counters that one draw may take, and the rejections after which it takes the middle of its kernel. */
const drawCounters = 128
const mostRejections = 50

/** The larger distance to a neighbour (or end), not below half of even spacing: a crowd of points must not become a needle. */
export function bandwidth(sorted: readonly number[], index: number): number {
  const here = sorted[index] ?? 0
  const wide = Math.max(here - (sorted[index - 1] ?? 0), (sorted[index + 1] ?? 1) - here)
  return Math.min(1, Math.max(wide, 0.5 / (sorted.length + 1)))
}

function kernelAt(center: number, deviation: number): Kernel {
  return { center, deviation, mass: normalBelow((1 - center) / deviation) - normalBelow(-center / deviation) }
}

function kernelDensity({ center, deviation, mass }: Kernel, unit: number): number {
  const z = (unit - center) / deviation
  return Math.exp(-0.5 * z * z) / (deviation * Math.sqrt(2 * Math.PI) * mass)
}

/** By rejection: a centre inside the interval and a deviation of at most 1 keep a third of the draws at the worst. */
function drawTruncated({ center, deviation }: Kernel, key: number, first: number): number {
  for (let attempt = 1; attempt <= mostRejections; attempt++) {
    // A normal takes the counters 2c and 2c + 1.
    const value = center + deviation * randomNormal(key, first / 2 + attempt)
    if (value >= 0 && value <= 1) return value
  }
  return center
}

/** P(Z ≤ z) of a standard normal, by Abramowitz and Stegun 7.1.26 (error below 1.5e-7). */
export function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
  const erf = 1 - series * Math.exp(-x * x)
  return z >= 0 ? 0.5 * (1 + erf) : 0.5 * (1 - erf)
}

/** Probabilities of `size` choices: counts and a prior that weighs as one observation. */
export function choiceProbabilities(observations: readonly number[], size: number): number[] {
  const counts = new Array<number>(size).fill(1 / size)
  for (const index of observations) counts[index] = (counts[index] ?? 0) + 1
  return counts.map((count) => count / (observations.length + 1))
}
