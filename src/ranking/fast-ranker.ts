/**
 * Ranks candidates with a bundle's model in three graphs (DESIGN §6): the item's part of every candidate is kept, the request's part is
 * computed once a request, and only what needs both is computed for each candidate. The scores are those of the whole graph.
 */
import { applyAll } from '../calibration/index.js'
import type { Bundle } from '../model/index.js'
import type { RawRow } from '../features/index.js'
import { createCandidateEncoder } from './candidate-encoder.js'
import type { ItemParts } from './item-parts.js'
import type { ItemStore } from './item-store.js'
import { createItemStore } from './item-store.js'
import type { Candidates, PairValues } from './pair-values.js'
import { createGivenPairs } from './pair-values.js'
import type { RankedScores } from './ranker.js'
import type { Rest } from './pace.js'
import { noRest } from './pace.js'
import type { FillShare } from './split-scorer.js'
import { openSplitScorer } from './split-scorer.js'

export interface FastRankerOptions {
  /** Raw features of each item. */
  readonly items: readonly RawRow[]
  /** Memory for the item parts. Default 512 MiB. */
  readonly itemPartBytes?: number
  /** Item parts of another ranker over the same bundle, which hears of the same changes of items in the same order. Default: its own. */
  readonly itemParts?: SharedArrayBuffer | undefined
  /** Called now and then while the ranker is opened. Default: nothing. */
  readonly rest?: Rest
}

export interface FastRanker {
  readonly itemCount: number
  /** What is read of a request's row. */
  readonly requestColumns: readonly string[]
  /** For other rankers to read and to fill; none where items have no parts. */
  readonly itemParts: SharedArrayBuffer | undefined
  /** Scores of some items, in their order, for the features of a user and a context, and of both together; the row's own values of these hold for all. */
  rank(row: RawRow, items: Int32Array, pairs?: PairValues): Promise<RankedScores>
  /** The score of an item that is not of the catalogue, by the same way; `row` has its features beside those of user and context. */
  rankOther(row: RawRow): Promise<number>
  /** Replaces items, or adds them at the end. */
  setItems(first: number, items: readonly RawRow[]): Promise<void>
  /**
   * Computes a share of the item parts ahead, as many as their memory holds: requests then find them. Between runs, after which `rest` is called, it lets
   * requests go first; it ends where the ranker is closed.
   */
  fill(share: FillShare, rest: Rest): Promise<void>
  close(): Promise<void>
}

export const defaultItemPartBytes = 512 * 2 ** 20

/** Opens a ranker over the items of a catalogue; an architecture of your own is scored whole. The bundle stays the caller's. */
export async function openFastRanker(
  bundle: Bundle,
  { items, itemPartBytes = defaultItemPartBytes, itemParts, rest = noRest }: FastRankerOptions,
): Promise<FastRanker> {
  const { calibration } = bundle
  const encoder = createCandidateEncoder(bundle.config, bundle.encoder)
  const split = bundle.split()
  const scorer = split && (await openSplitScorer({ bundle, split, encoder, rest }))
  const store = createItemStore(encoder.items(items))
  const parts = scorer?.createParts({ budgetBytes: itemPartBytes, memory: itemParts })
  const rank = async (row: RawRow, candidates: Candidates, of: RankedItems): Promise<RankedScores> => {
    const request = encoder.request(row)
    const { items: ranked, pairs } = candidates
    if (!scorer || !of.parts) return bundle.scoreRanked(encoder.whole(request, of.store.rows(ranked), pairs))
    const order = await scorer.order({ store: of.store, parts: of.parts }, request, candidates)
    return { scores: calibration ? applyAll(calibration, order) : order, order }
  }
  const givenPairs = createGivenPairs(bundle.config)
  const inTurn = queue()
  let isOpen = true
  return {
    get itemCount() {
      return store.count
    },
    requestColumns: encoder.requestColumns,
    itemParts: parts?.memory,
    rank: (row, ranked, pairs) =>
      inTurn(() =>
        rank(row, { items: ranked, pairs: { ...givenPairs(row, ranked.length), ...pairs } }, { store, parts }),
      ),
    rankOther: (row) =>
      inTurn(async () => {
        const other = { store: createItemStore(encoder.items([row])), parts: scorer?.createParts({ budgetBytes: 0 }) }
        const { scores } = await rank(row, { items: Int32Array.of(0), pairs: givenPairs(row, 1) }, other)
        return scores[0] ?? NaN
      }),
    setItems: (first, rows) =>
      inTurn(() => {
        store.set(first, encoder.items(rows))
      }),
    async fill(share, restBetween) {
      for (const run of (parts && scorer?.fillRuns({ store, parts }, share)) ?? []) {
        await inTurn(() => (isOpen ? run() : undefined))
        if (!isOpen) return
        await restBetween()
      }
    },
    close() {
      isOpen = false
      return inTurn(() => scorer?.close())
    },
  }
}

interface RankedItems {
  readonly store: ItemStore
  /** None where the graph is in one piece. */
  readonly parts: ItemParts | undefined
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
