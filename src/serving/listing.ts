/** From candidates to a list: scores, rules, and what an item of an answer says. */
import { topK } from '../base/index.js'
import type { RankedItem } from '../protocol/index.js'
import type { RankedCandidates, Rules } from '../ranking/index.js'
import { rerank } from '../ranking/index.js'
import type { Asker } from './asker.js'
import type { ItemCatalogue } from './item-catalogue.js'
import type { ServedModel } from './served-model.js'
import { itemRow } from './served-model.js'

/** Candidates of a request with where each came from. */
export interface Candidates {
  readonly indexes: Int32Array
  readonly sources: readonly string[]
  readonly retrieveMs: number
  readonly unknown?: readonly string[]
}

interface Scoring {
  readonly pool: ServedModel['pool']
  readonly catalogue: ItemCatalogue
}

interface Scored {
  readonly asker: Asker
  readonly candidates: Candidates
  readonly deadlineMs?: number
}

/** Scores of candidates; where none came in time, the order in which retrieval brought them. */
export async function scored(
  { pool, catalogue }: Scoring,
  { asker, candidates: { indexes }, ...deadline }: Scored,
): Promise<RankedCandidates> {
  if (indexes.length === 0) return { scores: new Float32Array(0), order: new Float32Array(0), scored: 0 }
  const pairs = asker.withItems(idsOf(catalogue, indexes))
  return pool.rank({ row: asker.row, candidates: indexes, pairs, ...deadline })
}

function* idsOf(catalogue: ItemCatalogue, indexes: Int32Array): Generator<string> {
  for (const index of indexes) yield catalogue.at(index)?.id ?? ''
}

export const lateText = ({ scored: done }: RankedCandidates, { indexes }: Candidates): string =>
  `${String(done)} of ${String(indexes.length)} candidates were scored before the deadline; the others follow in the order of retrieval`

export interface Listing {
  readonly candidates: Candidates
  readonly ranked: RankedCandidates
  readonly rules: Rules
  readonly requestId: string
  readonly k: number
}

/** All candidates of a request in order; what an item says is made for the pages that are asked for. */
export interface OrderedList {
  page(first: number, end: number): RankedItem[]
}

/** What is left of a list that was shown whole. */
export const nothingMore: OrderedList = { page: () => [] }

/** All candidates in the order that they are shown in: those that were scored, then the late ones. */
export function listed(catalogue: ItemCatalogue, listing: Listing): OrderedList {
  const { candidates, ranked, rules } = listing
  const places = inOrder(ranked)
  if (Object.keys(rules).length > 0) {
    const items = reranked(catalogue, places(0, ranked.order.length), listing)
    return { page: (first, end) => items.slice(first, end) }
  }
  // Thousands of lists are kept for their next pages, and of how they were made only what those need.
  const { scores } = ranked
  const itemAt = (place: number, rank: number): RankedItem => rankedItem(catalogue, { candidates, scores, place, rank })
  return {
    page: (first, end) => Array.from(places(first, end), (place, at) => itemAt(place, first + at + 1)),
  }
}

/** Some of the candidates' places, best first; what came too late comes last. Found for the page that is asked for: most lists have one. */
function inOrder({ order }: RankedCandidates): (first: number, end: number) => Int32Array {
  const keys = order.map((value) => (Number.isNaN(value) ? -Infinity : value))
  return (first, end) => topK(keys, Math.min(end, keys.length)).subarray(first)
}

function reranked(
  catalogue: ItemCatalogue,
  places: Int32Array,
  { candidates, ranked, rules, requestId, k }: Listing,
): RankedItem[] {
  const { indexes } = candidates
  const list = Array.from(places, (place) => {
    const index = indexes[place] ?? 0
    return { item: String(place), score: ranked.scores[place] ?? Number.NaN, features: itemRow(catalogue, index) }
  })
  const first = rerank(list, rules, { requestId, k })
  const shown = new Set(first.map(({ item }) => item))
  const later = list.filter(({ item }) => !shown.has(item))
  // Drawing and spreading are of what is shown; the pages behind it keep the other rules.
  const { diversity: _diversity, exploration: _exploration, ...lasting } = rules
  const rest = rerank(later, lasting, { requestId, k: later.length })
  return [...first, ...rest].map(({ item, rules: applied, propensity }, at) => ({
    ...rankedItem(catalogue, { candidates, scores: ranked.scores, place: Number(item), rank: at + 1 }),
    ...(applied.length > 0 ? { rules: [...applied] } : {}),
    ...(propensity === 1 ? {} : { propensity }),
  }))
}

interface Placed {
  readonly candidates: Candidates
  readonly scores: Float32Array
  readonly place: number
  readonly rank: number
}

function rankedItem(catalogue: ItemCatalogue, { candidates, scores, place, rank }: Placed): RankedItem {
  const item = catalogue.at(candidates.indexes[place] ?? 0)
  const source = candidates.sources[place]
  const score = scores[place] ?? Number.NaN
  return {
    id: item?.id ?? '',
    rank,
    score: Number.isNaN(score) ? 0 : score,
    ...(item?.title === null || item === undefined ? {} : { title: item.title }),
    ...(source === undefined ? {} : { source }),
  }
}
