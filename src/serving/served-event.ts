/** The record of an answer: what was shown to whom, and the feature values that were used. */
import { randomUUID } from 'node:crypto'
import type { ServedEvent } from '../events/index.js'
import type { RankedItem, RankedList } from '../protocol/index.js'
import type { Asker } from './asker.js'

export interface Served {
  readonly answer: Pick<RankedList, 'requestId' | 'model'>
  readonly asker: Pick<Asker, 'user' | 'used' | 'moment'>
  readonly items: readonly RankedItem[]
}

/** The record of an answer that is given at a moment; its time is that of the past which it was made of. */
export function servedEvent({ answer, asker, items }: Served, moment: number): ServedEvent {
  return {
    type: 'served',
    // Not the request's: someone may ask twice with one id and get another list.
    id: randomUUID(),
    time: asker.moment,
    received: moment,
    requestId: answer.requestId,
    user: asker.user,
    model: { version: answer.model.version },
    context: asker.used.context,
    userFeatures: asker.used.user,
    items: items.map(({ id, rank, score, source, propensity }) => ({
      id,
      position: rank,
      score,
      ...(source === undefined ? {} : { source }),
      ...(propensity === undefined ? {} : { propensity }),
    })),
  }
}
