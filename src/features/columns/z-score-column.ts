/** Numbers less their training mean, over their standard deviation; missing ones become 0. */
import type { ColumnDeclaration, ColumnKind } from '../column.js'
import { numbersDeclaration } from '../declaration-checks.js'
import { learnMoments, momentEncoder } from '../moments.js'

export interface ZScoreDeclaration extends ColumnDeclaration {
  readonly kind: 'zscore'
}

export const zscoreColumn: ColumnKind<ZScoreDeclaration> = {
  kind: 'zscore',
  yields: 'numbers',
  reads: () => 'number',
  issues: numbersDeclaration(),
  learnsFrom: () => 'numbers',
  learn: (_, statistics) => learnMoments('zscore', statistics),
  compile: (_, state) =>
    momentEncoder(
      state,
      (x, { mean, deviation }) => (x - mean) / (deviation || 1),
      () => 0,
    ),
}
