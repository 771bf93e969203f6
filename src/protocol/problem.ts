/** How an error is told: RFC 9457, with a code and every fault at once. */
import { Type } from 'typebox'
import type { Static } from 'typebox'

export const problemType = 'application/problem+json'

export const Problem = Type.Object({
  type: Type.String({ description: 'where the code is explained' }),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String({ description: 'stable; docs/errors.md has them all' }),
  detail: Type.String({ description: 'where, what it must be, what it got, the way out' }),
  requestId: Type.Optional(Type.String()),
  errors: Type.Optional(
    Type.Array(
      Type.Object({ pointer: Type.String({ description: 'JSON pointer into the body' }), message: Type.String() }),
    ),
  ),
})
export type Problem = Static<typeof Problem>
