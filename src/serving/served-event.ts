/** The record of an answer: what was shown to whom, and the feature values that were used. */
import type { ServedEvent } from '../events/index.js'
import type { RankedItem, RankedList } from '../protocol/index.js'
import type { Asker } from './asker.js'

export interface Served {
  readonly answer: Pick<RankedList, 'requestId' | 'model'>
  readonly asker: Pick<Asker, 'user' | 'used'>
  readonly items: readonly RankedItem[]
  /** Milliseconds since 1970. */
  readonly now: number
}

export function servedEvent({ answer, asker, items, now }: Served): ServedEvent {
  return {
    type: 'served',
    // Someone may ask twice with one id: the first answer is the one that counts.
    id: `served/${answer.requestId}`,
    time: now,
    received: now,
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
