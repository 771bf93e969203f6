/** Whether the server lives, is ready, and what it serves. */
import { Type } from 'typebox'
import type { Static } from 'typebox'

export const Live = Type.Object({ status: Type.Literal('live') })

export const Ready = Type.Object({
  status: Type.Union([Type.Literal('ready'), Type.Literal('starting'), Type.Literal('stopping')]),
  models: Type.Array(
    Type.Object({
      alias: Type.String(),
      version: Type.Union([Type.String(), Type.Null()]),
      items: Type.Integer(),
      refused: Type.Optional(
        Type.String({ description: 'why the newest version of the alias is not the one that serves' }),
      ),
    }),
  ),
})
export type Ready = Static<typeof Ready>
