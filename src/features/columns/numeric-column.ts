/** Numbers as they are; missing ones become the training mean. */
import type { ColumnDeclaration, ColumnKind } from '../column.js'
import { learnMoments, momentEncoder } from '../moments.js'

export interface NumericDeclaration extends ColumnDeclaration {
  readonly kind: 'numeric'
}

export const numericColumn: ColumnKind<NumericDeclaration> = {
  kind: 'numeric',
  issues: () => [],
  learnsFrom: () => 'numbers',
  learn: (_, statistics) => learnMoments('numeric', statistics),
  compile: (_, state) =>
    momentEncoder(
      state,
      (x) => x,
      ({ mean }) => mean,
    ),
}
