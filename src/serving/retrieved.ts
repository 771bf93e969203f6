/** The candidates of a list for a user, and what must not be among them. */
import type { RecommendRequest } from '../protocol/index.js'
import type { Asker } from './asker.js'
import { askedOf } from './asker.js'
import { elapsed } from './elapsed.js'
import type { ItemCatalogue } from './item-catalogue.js'
import type { Candidates } from './listing.js'
import type { ServedModel } from './served-model.js'

export interface RetrievedParts {
  readonly catalogue: ItemCatalogue
  now(): number
}

/** What of a request decides about candidates. */
export type Sought = Pick<RecommendRequest, 'item' | 'exclude' | 'keepSeen'>

/** Asks the candidate sources of a model. */
export async function retrieved(
  { catalogue, now }: RetrievedParts,
  model: Pick<ServedModel, 'retrieve'>,
  asker: Asker,
  sought: Sought,
): Promise<Candidates> {
  const start = performance.now()
  const exclude = excluded(catalogue, asker, sought)
  const { items, sources } = await model.retrieve({ ...askedOf(asker, sought), nowMs: now() }, { exclude })
  return { indexes: items, sources, retrieveMs: elapsed(start) }
}

/** What must not take a place: hidden items, those that the request leaves out, and those that the user acted on. */
function excluded(catalogue: ItemCatalogue, asker: Asker, sought: Sought): ReadonlySet<number> {
  const keys = [...(sought.exclude ?? []), ...(sought.keepSeen === true ? [] : asker.seen)]
  if (sought.item !== undefined) keys.push(sought.item)
  if (keys.length === 0) return catalogue.hidden
  const indexes = new Set(catalogue.hidden)
  for (const id of keys) {
    const index = catalogue.indexOf(id)
    if (index !== undefined) indexes.add(index)
  }
  return indexes
}
