/** What the summed loss of a batch is multiplied with before it is differentiated. */
import type { Config } from '../features/index.js'

export type LossReduction = NonNullable<NonNullable<Config['training']>['lossReduction']>

interface WeighedRows {
  readonly rowCount: number
  readonly weights: Float32Array
}

/**
 * By reduction, with TensorFlow's names: `SUM`, `SUM_OVER_BATCH_SIZE`, `MEAN` and `SUM_BY_NONZERO_WEIGHTS`. A batch without
 * weight has no loss, so that nothing is divided by 0.
 */
export const lossScales: Readonly<Record<LossReduction, (rows: WeighedRows) => number>> = {
  sum: () => 1,
  mean: ({ rowCount }) => 1 / rowCount,
  sumOverWeights: ({ weights }) => inverse(weights.reduce((sum, weight) => sum + weight, 0)),
  sumOverNonzero: ({ weights }) => inverse(weights.reduce((count, weight) => count + Number(weight !== 0), 0)),
}

const inverse = (total: number): number => (total > 0 ? 1 / total : 0)
