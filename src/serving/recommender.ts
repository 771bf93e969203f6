/** Answers requests for lists: candidates, scores, rules, and a note of what was served. Knows nothing of HTTP. */
import { randomUUID } from 'node:crypto'
import type { StateStore } from '../events/index.js'
import type { NextPageQuery, RankedList, RankRequest, RecommendRequest } from '../protocol/index.js'
import { parseRules } from '../ranking/index.js'
import { listGone } from './errors.js'
import { elapsed } from './elapsed.js'
import type { ItemCatalogue } from './item-catalogue.js'
import type { Candidates, OrderedList } from './listing.js'
import { lateText, listed, nothingMore, pageAfter, pageOf, scored } from './listing.js'
import type { LiveState } from './live-state.js'
import type { ModelSlots } from './model-slots.js'
import { createPackedMap } from './packed-map.js'
import { checkNames } from './request-row.js'
import { retrieved } from './retrieved.js'
import type { ServedModel } from './served-model.js'
import { servedEvent } from './served-event.js'
import type { Asker } from './asker.js'
import { askerOf } from './asker.js'

export interface Recommender {
  recommend(request: RecommendRequest): Promise<RankedList>
  nextPage(requestId: string, query: NextPageQuery): Promise<RankedList>
  rank(request: RankRequest): Promise<RankedList>
  /** Lets go of a user's lists: they have no next page any more. */
  forget(user: string): void
}

export interface RecommenderParts {
  readonly name: string
  readonly slots: ModelSlots
  readonly catalogue: ItemCatalogue
  readonly store: StateStore
  readonly state: Pick<LiveState, 'note'>
  /** Of requests that name none. */
  readonly deadlineMs: number
  /** The moment of a request that comes now. */
  now(): number
  onDegraded(version: string): void
}

/** Lists whose next page can be asked for. */
export const keptLists = 10_000

/** What a list was made of, for its next pages. */
interface KeptList {
  readonly answer: Omit<RankedList, 'items' | 'timings'>
  readonly asker: Pick<Asker, 'user' | 'used' | 'moment'>
  readonly list: OrderedList
  /** Items of it that were shown, or had gone before they were. */
  readonly passed: number
  /** Items that were shown already. */
  readonly shown: number
  /** What goes from the list meanwhile: what is hidden, or also what the user acts on; of candidates that were named, nothing. */
  readonly leaves: 'nothing' | 'hidden' | 'hidden and acted on'
}

export function createRecommender(parts: RecommenderParts): Recommender {
  const { slots, catalogue } = parts
  const lists = createPackedMap<KeptList>(keptLists)
  const answerWith = (model: ServedModel, alias: string, ranking: Ranking): Promise<RankedList> =>
    answerList({ ...parts, lists }, { model, alias }, ranking)
  return {
    recommend: (request) =>
      slots.use(request.model, async (model, alias) => {
        const start = performance.now()
        checkNames(model.names, request)
        const asker = await askerOf(parts, model, request)
        const candidates = await retrieved(parts, model, asker, request)
        const leaves = request.keepSeen === true ? 'hidden' : 'hidden and acted on'
        return answerWith(model, alias, { request, asker, candidates, leaves, k: request.k ?? 10, start })
      }),
    rank: (request) =>
      slots.use(request.model, async (model, alias) => {
        const start = performance.now()
        checkNames(model.names, request)
        const asker = await askerOf(parts, model, request)
        const candidates = given(catalogue, request.items)
        return answerWith(model, alias, {
          request,
          asker,
          candidates,
          leaves: 'nothing',
          k: request.k ?? candidates.indexes.length,
          start,
        })
      }),
    async nextPage(requestId, { k = 10 }) {
      const start = performance.now()
      const first = lists.get(requestId)
      const gone = first && (await goneSince(parts, first))
      // Another page may have been given meanwhile, or the user erased.
      const kept = gone && lists.get(requestId)
      if (!kept) throw listGone({ requestId, limit: keptLists })
      const { answer, asker, list, shown } = kept
      const { items, passed } = pageAfter(catalogue, list, { ...kept, k, gone })
      lists.set(requestId, { ...kept, passed, shown: shown + items.length }, asker.user)
      if (items.length > 0) parts.state.note(start, (moment) => servedEvent({ answer, asker, items }, moment))
      return { ...answer, items, timings: { retrieveMs: 0, rankMs: 0, totalMs: elapsed(start) } }
    },
    forget(user) {
      lists.deleteOf(user)
    },
  }
}

/** Items of a list that must not be recommended any more, as a new list would not have them. */
async function goneSince(
  { catalogue, store }: Pick<RecommenderParts, 'catalogue' | 'store'>,
  { leaves, asker: { user, moment } }: KeptList,
): Promise<ReadonlySet<number>> {
  if (leaves === 'nothing') return new Set()
  if (leaves === 'hidden' || user === null) return catalogue.hidden
  const acted = (await store.pastOf(user)).filter((event) => event.kind !== null && event.moment >= moment)
  return new Set([...catalogue.hidden, ...acted.map(({ item }) => catalogue.indexOf(item) ?? -1)])
}

interface Ranking {
  readonly request: Pick<RecommendRequest, 'rules' | 'deadlineMs' | 'requestId'>
  readonly asker: Asker
  readonly candidates: Candidates
  readonly leaves: KeptList['leaves']
  readonly k: number
  readonly start: number
}

interface AnswerParts extends RecommenderParts {
  readonly lists: ReturnType<typeof createPackedMap<KeptList>>
}

/** Scores and orders candidates, keeps the list for its next pages, and notes what is shown. */
async function answerList(
  parts: AnswerParts,
  { model, alias }: { readonly model: ServedModel; readonly alias: string },
  { request, asker, candidates, leaves, k, start }: Ranking,
): Promise<RankedList> {
  const rules = request.rules === undefined ? {} : parseRules(request.rules, model.names.item)
  const before = performance.now()
  const deadlineMs = request.deadlineMs ?? parts.deadlineMs
  const ranked = await scored({ pool: model.pool, catalogue: parts.catalogue }, { asker, candidates, deadlineMs })
  const rankMs = elapsed(before)
  const requestId = request.requestId ?? randomUUID()
  const list = listed(parts.catalogue, { candidates, ranked, rules, requestId, k })
  const isLate = ranked.scored < candidates.indexes.length
  const answer = {
    requestId,
    model: { name: parts.name, version: model.version, alias },
    degraded: isLate,
    ...(isLate ? { why: lateText(ranked, candidates) } : {}),
    ...(candidates.unknown && candidates.unknown.length > 0 ? { unknownItems: [...candidates.unknown] } : {}),
  }
  if (isLate) parts.onDegraded(model.version)
  const shown = pageOf(parts.catalogue, list, 0, k)
  const { user, used, moment } = asker
  // Thousands of lists are kept: of those that have no other page, nothing but that they were.
  const left = shown.length < list.count ? list : nothingMore
  const kept = { answer, asker: { user, used, moment }, list: left, passed: shown.length, shown: shown.length, leaves }
  if (parts.state.note(start, (given) => servedEvent({ answer, asker, items: shown }, given)))
    parts.lists.set(requestId, kept, user)
  const timings = { retrieveMs: candidates.retrieveMs, rankMs, totalMs: elapsed(start) }
  return { ...answer, items: shown, timings }
}

function given(catalogue: ItemCatalogue, ids: readonly string[]): Candidates {
  const indexes = new Set<number>()
  const unknown = new Set<string>()
  for (const id of ids) {
    const index = catalogue.indexOf(id)
    if (index === undefined) unknown.add(id)
    else indexes.add(index)
  }
  return { indexes: Int32Array.from(indexes), sources: [], retrieveMs: 0, unknown: [...unknown] }
}
