/** The record of an answer: what was shown to whom, and the feature values that were used. */
import type { ServedEvent } from '../events/index.js'
import type { RankedItem, RankedList } from '../protocol/index.js'
import type { Asker } from './asker.js'

export interface Served {
  readonly answer: Pick<RankedList, 'requestId' | 'model'>
  readonly asker: Pick<Asker, 'user' | 'used' | 'moment'>
  readonly items: readonly RankedItem[]
  /** How many items of the list were shown before these. */
  readonly shown: number
}

/** The record of an answer that is given at a moment; its time is that of the past which it was made of. */
export function servedEvent({ answer, asker, items, shown }: Served, moment: number): ServedEvent {
  return {
    type: 'served',
    // Someone may ask twice with one id: the first answer is the one that counts.
    id: `served/${answer.requestId}${shown === 0 ? '' : `/${String(shown)}`}`,
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
