/** Numbers as `sign(x)·log(1 + |x|)`, which keeps the sign and 0; missing ones become the training mean. */
import type { ColumnDeclaration, ColumnKind } from '../column.js'
import { numbersDeclaration } from '../declaration-checks.js'
import { learnMoments, momentEncoder } from '../moments.js'

export interface LogDeclaration extends ColumnDeclaration {
  readonly kind: 'log'
}

export const logColumn: ColumnKind<LogDeclaration> = {
  kind: 'log',
  yields: 'numbers',
  reads: () => 'number',
  issues: numbersDeclaration(),
  learnsFrom: () => 'numbers',
  learn: (_, statistics) => learnMoments('log', statistics, signedLog),
  compile: (_, state) => momentEncoder(state, signedLog, ({ mean }) => mean),
}

function signedLog(x: number): number {
  return Math.sign(x) * Math.log1p(Math.abs(x))
}
