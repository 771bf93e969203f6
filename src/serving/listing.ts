/** From candidates to a list: scores, rules, and what an item of an answer says. */
import { topK } from '../base/index.js'
import type { RankedItem } from '../protocol/index.js'
import type { RankedCandidates, Rules } from '../ranking/index.js'
import { rerank } from '../ranking/index.js'
import type { Asker } from './asker.js'
import type { ItemCatalogue } from './item-catalogue.js'
import { itemRow } from './item-catalogue.js'
import type { ServedModel } from './served-model.js'

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
  const pairs = asker.withItems(idsOf(catalogue, indexes), indexes.length)
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

/** All candidates of a request in order, as plain data; what an item says is made for the pages that are asked for. */
export interface OrderedList {
  /** The candidates' items, and where each came from. */
  readonly indexes: Int32Array
  readonly sources: readonly string[]
  readonly scores: Float32Array
  /** What to sort by, the best first. */
  readonly keys: Float32Array
  /** Items that the list has: those with the best keys. */
  readonly count: number
  /** What rules say of candidates, by their places. */
  readonly notes: Readonly<Record<number, RuleNotes>>
}

type RuleNotes = Pick<RankedItem, 'rules' | 'propensity'>

/** What is left of a list that was shown whole. */
export const nothingMore: OrderedList = {
  indexes: new Int32Array(0),
  sources: [],
  scores: new Float32Array(0),
  keys: new Float32Array(0),
  count: 0,
  notes: {},
}

/** All candidates in the order that they are shown in: those that were scored, then the late ones. */
export function listed(catalogue: ItemCatalogue, listing: Listing): OrderedList {
  const { candidates, ranked, rules } = listing
  const keys = ranked.order.map((value) => (Number.isNaN(value) ? -Infinity : value))
  const { indexes, sources } = candidates
  const list = { indexes, sources, scores: ranked.scores, keys, count: keys.length, notes: {} }
  return Object.keys(rules).length > 0 ? { ...list, ...reranked(catalogue, places(list, keys.length), listing) } : list
}

/** The best candidates' places, found for the page that is asked for: most lists have one. */
const places = ({ keys, count }: Pick<OrderedList, 'keys' | 'count'>, end: number): Int32Array =>
  topK(keys, Math.min(end, count))

/** The items of a list from one rank to another. */
export const pageOf = (catalogue: ItemCatalogue, list: OrderedList, first: number, end: number): RankedItem[] =>
  pageAfter(catalogue, list, { passed: first, shown: first, k: end - first, gone: new Set() }).items

export interface PagePlace {
  /** Items of the list that came before, shown or not. */
  readonly passed: number
  /** Those of them that were shown. */
  readonly shown: number
  readonly k: number
  /** Indexes of items that are passed over. */
  readonly gone: ReadonlySet<number>
}

/** The next items of a list without those that have gone, and how many were passed by then. */
export function pageAfter(
  catalogue: ItemCatalogue,
  list: OrderedList,
  { passed, shown, k, gone }: PagePlace,
): { readonly items: RankedItem[]; readonly passed: number } {
  const items: RankedItem[] = []
  let now = passed
  for (const place of places(list, passed + k + gone.size).subarray(passed)) {
    if (items.length === k) break
    now++
    if (gone.has(list.indexes[place] ?? -1)) continue
    items.push(rankedItem(catalogue, list, { place, rank: shown + items.length + 1 }))
  }
  return { items, passed: now }
}

/** The order that rules make of another. */
function reranked(
  catalogue: ItemCatalogue,
  ordered: Int32Array,
  { candidates, ranked, rules, requestId, k }: Listing,
): Pick<OrderedList, 'keys' | 'count' | 'notes'> {
  const { indexes } = candidates
  const list = Array.from(ordered, (place) => {
    const index = indexes[place] ?? 0
    return { item: String(place), score: ranked.scores[place] ?? Number.NaN, features: itemRow(catalogue, index) }
  })
  const first = rerank(list, rules, { requestId, k })
  const shown = new Set(first.map(({ item }) => item))
  const later = list.filter(({ item }) => !shown.has(item))
  // Drawing and spreading are of what is shown; the pages behind it keep the other rules.
  const { diversity: _diversity, exploration: _exploration, ...lasting } = rules
  const all = [...first, ...rerank(later, lasting, { requestId, k: later.length })]
  const keys = new Float32Array(indexes.length).fill(-Infinity)
  const notes: Record<number, RuleNotes> = {}
  for (const [at, { item, rules: applied, propensity }] of all.entries()) {
    keys[Number(item)] = -at
    notes[Number(item)] = {
      ...(applied.length > 0 ? { rules: [...applied] } : {}),
      ...(propensity === 1 ? {} : { propensity }),
    }
  }
  return { keys, count: all.length, notes }
}

function rankedItem(
  catalogue: ItemCatalogue,
  { indexes, sources, scores, notes }: OrderedList,
  { place, rank }: { readonly place: number; readonly rank: number },
): RankedItem {
  const item = catalogue.at(indexes[place] ?? 0)
  const source = sources[place]
  const score = scores[place] ?? Number.NaN
  return {
    id: item?.id ?? '',
    rank,
    score: Number.isNaN(score) ? 0 : score,
    ...(item?.title === null || item === undefined ? {} : { title: item.title }),
    ...(source === undefined ? {} : { source }),
    ...notes[place],
  }
}
