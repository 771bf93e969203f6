/** Mean and standard deviation of a column's (transformed) values, and the encoder that uses them. */
import type { ColumnEncoder, ColumnState, Statistics } from './column.js'
import { wrongStatistics } from './declaration-checks.js'
import { numberEncoder } from './number-encoder.js'

export interface Moments {
  readonly mean: number
  readonly deviation: number
}

/** Learns the moments of `transform(x)` by Welford's method, which stays exact far from zero. */
export async function learnMoments(
  kind: string,
  statistics: Statistics,
  transform = (x: number): number => x,
): Promise<ColumnState> {
  if (statistics.kind !== 'numbers') throw wrongStatistics(kind, statistics)
  let count = 0
  let mean = 0
  let squares = 0
  for await (const { numbers, counts } of statistics.chunks) {
    for (const [index, number] of numbers.entries()) {
      const weight = counts[index] ?? 0
      const x = transform(number)
      count += weight
      const distance = x - mean
      mean += (distance * weight) / count
      squares += weight * distance * (x - mean)
    }
  }
  return {
    json: { hasMissing: statistics.missingCount > 0, mean, deviation: count > 0 ? Math.sqrt(squares / count) : 0 },
    arrays: {},
  }
}

/** An encoder by learned moments; `fill` is what a missing value becomes. */
export function momentEncoder(
  state: ColumnState,
  transform: (x: number, moments: Moments) => number,
  fill: (moments: Moments) => number,
): ColumnEncoder {
  const moments = { mean: Number(state.json['mean']), deviation: Number(state.json['deviation']) }
  return numberEncoder({
    hasMissing: state.json['hasMissing'] === true,
    fill: fill(moments),
    transform: (x) => transform(x, moments),
  })
}
