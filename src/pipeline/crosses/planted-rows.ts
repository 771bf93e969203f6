/** Rows with known interactions, for tests and measurements of the search. */
import { randomInteger, randomKey, randomNormal, randomUniform } from '../../base/index.js'
import type { CrossColumn, CrossRows } from './cross-rows.js'
import type { Pair } from './search.js'

export interface Planted {
  readonly rowCount: number
  readonly seed: number
  /** Values of each column. */
  readonly sizes: readonly number[]
  /** Pairs of columns whose parities, when they differ, raise the logit by `strength`, and lower it when they agree. */
  readonly planted?: readonly (readonly [number, number])[]
  readonly strength?: number
  /** Mean of the logit. */
  readonly base?: number
  /** Share of the rows before the held-out ones. */
  readonly trainingShare?: number
  /** How far training logits stand nearer to their labels than they should: an over-fitted model. */
  readonly overfit?: number
  /** Rows of one user. */
  readonly rowsPerUser?: number
}

/** Labels from main effects, which the model knows, and from planted pairs, which it does not. */
export function plantedRows(options: Planted): CrossRows {
  const { rowCount, seed, sizes, planted = [], strength = 0, base = 0, trainingShare = 0, overfit = 0 } = options
  const columns = sizes.map((size, index): CrossColumn => {
    const key = randomKey(seed, 'ids', index)
    const ids = Int32Array.from({ length: rowCount }, (_, row) => randomInteger(key, row, size))
    return { name: `c${String(index)}`, idCount: size, ids, offsets: null }
  })
  const effects = sizes.map((size, index) => {
    const key = randomKey(seed, 'effect', index)
    return Float64Array.from({ length: size }, (_, id) => 0.5 * randomNormal(key, id))
  })
  const firstHeldOut = Math.round(trainingShare * rowCount)
  const labels = new Float32Array(rowCount)
  const logits = new Float64Array(rowCount)
  const key = randomKey(seed, 'labels')
  for (let row = 0; row < rowCount; row++) {
    const idOf = (column: number): number => columns[column]?.ids[row] ?? 0
    const known = effects.reduce((sum, own, column) => sum + (own[idOf(column)] ?? 0), base)
    const hidden = planted.reduce((sum, [a, b]) => sum + ((idOf(a) + idOf(b)) % 2 === 1 ? strength : -strength), 0)
    labels[row] = randomUniform(key, row) < 1 / (1 + Math.exp(-known - hidden)) ? 1 : 0
    logits[row] = known + (row < firstHeldOut ? overfit * (2 * (labels[row] ?? 0) - 1) : 0)
  }
  return {
    rowCount,
    columns,
    labels,
    weights: new Float32Array(rowCount).fill(1),
    logits,
    groups: options.rowsPerUser
      ? Int32Array.from(labels, (_, row) => Math.floor(row / (options.rowsPerUser ?? 1)))
      : null,
    firstHeldOut,
  }
}

/** Every pair of columns. */
export const allPairs = ({ columns }: Pick<CrossRows, 'columns'>): Pair[] =>
  columns.flatMap((a, index) => columns.slice(index + 1).map((b): Pair => [a, b]))
