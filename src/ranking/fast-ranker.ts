/**
 * Ranks candidates with a bundle's model in three graphs (DESIGN §6): the item's part of every candidate is kept, the request's part is
 * computed once a request, and only what needs both is computed for each candidate. The scores are those of the whole graph.
 */
import { applyAll } from '../calibration/index.js'
import type { Bundle } from '../model/index.js'
import type { RawRow } from '../features/index.js'
import { createCandidateEncoder } from './candidate-encoder.js'
import { createItemStore } from './item-store.js'
import type { PairValues } from './pair-values.js'
import type { RankedScores } from './ranker.js'
import { openSplitScorer } from './split-scorer.js'

export interface FastRankerOptions {
  /** Raw features of each item. */
  readonly items: readonly RawRow[]
  /** Memory for the item parts. Default 512 MiB. */
  readonly itemPartBytes?: number
}

export interface FastRanker {
  readonly itemCount: number
  /** What is read of a request's row. */
  readonly requestColumns: readonly string[]
  /** Bytes of item parts that are held now. */
  readonly itemPartBytes: number
  /** Scores of some items, in their order, for the features of a user and a context, and of both together. */
  rank(row: RawRow, candidates: Int32Array, pairs?: PairValues): Promise<RankedScores>
  /** Replaces items, or adds them at the end. */
  setItems(first: number, items: readonly RawRow[]): Promise<void>
  /** Computes item parts ahead, as many as their memory holds: requests then find them. `rest` is called now and then. */
  fill(rest: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

export const defaultItemPartBytes = 512 * 2 ** 20

/** Opens a ranker over the items of a catalogue; an architecture of your own is scored whole. The bundle stays the caller's. */
export async function openFastRanker(
  bundle: Bundle,
  { items, itemPartBytes = defaultItemPartBytes }: FastRankerOptions,
): Promise<FastRanker> {
  const { calibration } = bundle
  const encoder = createCandidateEncoder(bundle.config, bundle.encoder)
  const store = createItemStore(encoder.items(items))
  const split = bundle.split()
  const scorer = split && (await openSplitScorer({ bundle, split, encoder, store }, itemPartBytes))
  const inTurn = queue()
  return {
    get itemCount() {
      return store.count
    },
    requestColumns: encoder.requestColumns,
    get itemPartBytes() {
      return scorer?.parts.bytes ?? 0
    },
    rank: (row, candidates, pairs = {}) =>
      inTurn(async () => {
        const request = encoder.request(row)
        if (!scorer) return bundle.scoreRanked(encoder.whole(request, store.rows(candidates), pairs))
        const order = await scorer.order(request, candidates, pairs)
        return { scores: calibration ? applyAll(calibration, order) : order, order }
      }),
    setItems: (first, rows) =>
      inTurn(() => {
        store.set(first, encoder.items(rows))
        for (let item = first; item < first + rows.length; item++) scorer?.parts.forget(item)
      }),
    fill: (rest) => inTurn(() => scorer?.fill(rest)),
    close: () => inTurn(() => scorer?.close()),
  }
}

/** Runs tasks one after the other: a session's buffers are reused. */
function queue(): <T>(task: () => T | Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const done = last.then(task)
    last = done.catch(() => undefined)
    return done
  }
}
