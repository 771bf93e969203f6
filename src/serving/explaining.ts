/** Why items have their scores for a user, and their places in the list that the user would get, as the model that serves sees them now. */
import { randomUUID } from 'node:crypto'
import type { StateStore } from '../events/index.js'
import type { ExplainRequest, ModelInfo } from '../protocol/index.js'
import type { RawRow } from '../features/index.js'
import type { Explanation, Rules } from '../ranking/index.js'
import { pairRows, parseRules } from '../ranking/index.js'
import type { Asker } from './asker.js'
import { askerOf } from './asker.js'
import { itemUnknown } from './errors.js'
import type { ItemCatalogue } from './item-catalogue.js'
import { itemRow } from './item-catalogue.js'
import { listed, pageOf, scored } from './listing.js'
import type { ModelSlots } from './model-slots.js'
import { checkNames } from './request-row.js'
import { retrieved } from './retrieved.js'
import type { ServedModel } from './served-model.js'

export interface ExplainedList {
  readonly requestId: string
  readonly model: ModelInfo
  readonly items: readonly ({ readonly id: string; readonly explanation: Explanation } & ListPlace)[]
}

export interface Explaining {
  explain(request: ExplainRequest): Promise<ExplainedList>
}

export interface ExplainingParts {
  readonly name: string
  readonly slots: ModelSlots
  readonly catalogue: ItemCatalogue
  readonly store: StateStore
  now(): number
}

/** How an item comes to its place. */
interface ListPlace {
  /** The candidate source that brought it; `null`: none did. */
  readonly source: string | null
  /** From 1; `null`: it is no candidate, or a rule leaves it out. */
  readonly rank: number | null
  /** Re-ranking rules that changed its place. */
  readonly rules: readonly string[]
}

export function createExplaining(parts: ExplainingParts): Explaining {
  const { name, slots, catalogue } = parts
  return {
    explain: (request) =>
      slots.use(request.model, async (model, alias) => {
        checkNames(model.names, request)
        const rules = request.rules === undefined ? {} : parseRules(request.rules, model.names.item)
        const rows = request.items.map((id) => rowOf(catalogue, id))
        const asker = await askerOf(parts, model, request)
        const requestId = request.requestId ?? randomUUID()
        const placeOf = await placesInList(parts, model, asker, { ...request, rules, requestId })
        const explainer = await model.explainer()
        const items = []
        for (const [index, id] of request.items.entries())
          items.push({
            id,
            ...placeOf(id),
            explanation: await explainer.explain({ ...asker.row, ...rows[index], ...withItem(asker, id) }),
          })
        return { requestId, model: { name, version: model.version, alias }, items }
      }),
  }
}

/** What is known of the asker with one item, as a row has it. */
const withItem = (asker: Asker, id: string): RawRow => pairRows(asker.withItems([id], 1), 1)[0] ?? {}

function rowOf(catalogue: ItemCatalogue, id: string): ReturnType<typeof itemRow> {
  const index = catalogue.indexOf(id)
  if (index === undefined) throw itemUnknown({ item: id })
  return itemRow(catalogue, index)
}

type AskedList = Omit<ExplainRequest, 'rules'> & { readonly rules: Rules; readonly requestId: string }

/** The list that `recommend` answers to the same request: nobody is shown it, so nothing is noted. */
async function placesInList(
  parts: ExplainingParts,
  model: ServedModel,
  asker: Asker,
  { rules, requestId, k = 10, ...sought }: AskedList,
): Promise<(id: string) => ListPlace> {
  const candidates = await retrieved(parts, model, asker, sought)
  const ranked = await scored({ pool: model.pool, catalogue: parts.catalogue }, { asker, candidates })
  const list = listed(parts.catalogue, { candidates, ranked, rules, requestId, k })
  const places = new Map(pageOf(parts.catalogue, list, 0, list.count).map((item) => [item.id, item]))
  const sources = new Map(candidates.sources.map((source, at) => [candidates.indexes[at], source]))
  return (id) => {
    const place = places.get(id)
    const source = sources.get(parts.catalogue.indexOf(id)) ?? null
    return { source, rank: place?.rank ?? null, rules: place?.rules ?? [] }
  }
}
