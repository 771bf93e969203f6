/** Running mean and variance of batch normalisations: each part of a batch has statistics of its own (ghost batch normalisation). */
import type { NormSpec } from '../model/index.js'
import { resultPlaces } from './step-plan.js'

/** PyTorch's and BARS' default: running ← 0.9·running + 0.1·batch. */
const normMomentum = 0.1

interface PartStatistics {
  readonly results: Float64Array
  readonly rowCount: number
}

/** Moves the running statistics towards those of a step's parts, each weighed by its rows, added up in the order of the parts. */
export function updateRunning(
  running: ReadonlyMap<string, Float32Array>,
  norms: readonly NormSpec[],
  parts: readonly PartStatistics[],
): void {
  if (norms.length === 0) return
  const rows = parts.reduce((sum, { rowCount }) => sum + rowCount, 0)
  let at: number = resultPlaces.statistics
  for (const { name, width } of norms) {
    for (const statistic of ['mean', 'variance'] as const) {
      const target = running.get(`${name}/${statistic}`)
      const weights = parts.map((part) => (part.rowCount / rows) * factors[statistic](part))
      if (target) move(target.subarray(0, width), { parts, weights, at })
      at += width
    }
  }
}

interface Weighed {
  readonly parts: readonly PartStatistics[]
  /** By part. */
  readonly weights: readonly number[]
  /** Where the statistics begin among the results. */
  readonly at: number
}

function move(target: Float32Array, { parts, weights, at }: Weighed): void {
  const sums = new Float64Array(target.length)
  for (const [index, { results }] of parts.entries()) add(sums, results, { weight: weights[index] ?? 0, at })
  for (let i = 0; i < target.length; i++)
    target[i] = (1 - normMomentum) * (target[i] ?? 0) + normMomentum * (sums[i] ?? 0)
}

/** Over arrays of one kind alone: where a number may be missing every one is an object, hundreds of kilobytes a step. */
function add(
  sums: Float64Array,
  results: Float64Array,
  { weight, at }: { readonly weight: number; readonly at: number },
): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + weight * (results[at + i] ?? 0)
}

/** The running variance is the unbiased one, as in PyTorch; the part itself is normalised by the biased one. */
const factors = {
  mean: (): number => 1,
  variance: ({ rowCount }: PartStatistics): number => (rowCount > 1 ? rowCount / (rowCount - 1) : 1),
}
