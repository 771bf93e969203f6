/** Numbers as they are; missing ones become the training mean. */
import { isOneOf } from '../checks.js'
import type { ColumnDeclaration, ColumnKind } from '../column.js'
import { numbersDeclaration } from '../declaration-checks.js'
import { learnMoments, momentEncoder } from '../moments.js'

export interface NumericDeclaration extends ColumnDeclaration {
  readonly kind: 'numeric'
}

export const numericColumn: ColumnKind<NumericDeclaration> = {
  kind: 'numeric',
  yields: 'numbers',
  reads: () => 'number',
  // The other normalisations are kinds of their own: what is none of them ends here.
  issues: numbersDeclaration({}, { normalize: isOneOf('none', 'quantiles', 'log', 'zscore') }),
  learnsFrom: () => 'numbers',
  learn: (_, statistics) => learnMoments('numeric', statistics),
  compile: (_, state) =>
    momentEncoder(
      state,
      (x) => x,
      ({ mean }) => mean,
    ),
}
