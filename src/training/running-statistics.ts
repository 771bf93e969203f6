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
  const rows = parts.reduce((sum, { rowCount }) => sum + rowCount, 0)
  let at: number = resultPlaces.statistics
  for (const { name, width } of norms) {
    for (const statistic of ['mean', 'variance'] as const) {
      const target = running.get(`${name}/${statistic}`)
      for (let i = 0; i < width; i++) {
        const value = parts.reduce(
          (sum, part) => sum + share(part, rows) * factors[statistic](part) * valueAt(part, at + i),
          0,
        )
        if (target) target[i] = (1 - normMomentum) * (target[i] ?? 0) + normMomentum * value
      }
      at += width
    }
  }
}

const share = ({ rowCount }: PartStatistics, rows: number): number => rowCount / rows
const valueAt = ({ results }: PartStatistics, at: number): number => results[at] ?? 0

/** The running variance is the unbiased one, as in PyTorch; the part itself is normalised by the biased one. */
const factors = {
  mean: (): number => 1,
  variance: ({ rowCount }: PartStatistics): number => (rowCount > 1 ? rowCount / (rowCount - 1) : 1),
}
