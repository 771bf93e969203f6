/**
 * People who chose this also chose that (Linden, Smith and York 2003): neighbours of the items that the user acted on, or of the item
 * that is asked for. The nearness of two items is the cosine of their users, shrunk where few users speak for it.
 */
import { topK } from '../../base/index.js'
import type { Candidate, RetrievalRequest, SourceContext, SourceKind } from '../candidate-source.js'
import type { ScoredLists } from '../index-files.js'
import { readLists, writeLists } from '../index-files.js'
import { countTogether } from '../kernels/count-together.js'
import type { Histories, RetrievalLog } from '../retrieval-log.js'

/** Neighbours kept of an item. */
const neighbourCount = 100
/** Items of a user that count: a long history costs its square and says little of each pair. */
const historyCount = 200
/** Users in common that count as much as the doubt: `c / (c + 5)`. */
const doubt = 5
/** Items of a request's history that are looked up, and the weight of each beside that of the next newer one. */
const lookedUp = 100
const decay = 0.97

export const coVisitation: SourceKind = {
  name: 'co-visitation',
  share: 0.1,
  build(log, directory) {
    writeLists(directory, 'co-visitation', neighboursOf(log))
  },
  open(context) {
    const neighbours = readLists(context.directory, 'co-visitation')
    const positions = positionsOf(context)
    return {
      name: coVisitation.name,
      candidates: (request, k) => sumOfNeighbours(weightsOf(request, context, positions), { neighbours, context, k }),
    }
  },
}

/** Where each item of the catalogue stands in the index; −1 where it came later. */
function positionsOf({ items, places }: SourceContext): Int32Array {
  const positions = new Int32Array(items.length).fill(-1)
  for (const [position, item] of places.entries()) if (item >= 0) positions[item] = position
  return positions
}

/** What the items that the request speaks of count, by their place in the index: the newest 1. */
function weightsOf(
  { item, history }: RetrievalRequest,
  { itemIndex }: SourceContext,
  positions: Int32Array,
): Map<number, number> {
  const keys = item === undefined ? history.slice(-lookedUp).reverse() : [item]
  const weights = new Map<number, number>()
  for (const [age, key] of keys.entries()) {
    const position = positions[itemIndex.get(key) ?? -1] ?? -1
    if (position >= 0 && !weights.has(position)) weights.set(position, decay ** age)
  }
  return weights
}

interface Neighbourhood {
  readonly neighbours: ScoredLists
  readonly context: SourceContext
  readonly k: number
}

function sumOfNeighbours(weights: ReadonlyMap<number, number>, { neighbours, context, k }: Neighbourhood): Candidate[] {
  const { offsets, items, scores } = neighbours
  const sums = new Map<number, number>()
  for (const [position, weight] of weights) {
    for (let at = offsets[position] ?? 0; at < (offsets[position + 1] ?? 0); at++) {
      const item = context.places[items[at] ?? 0] ?? -1
      if (item >= 0) sums.set(item, (sums.get(item) ?? 0) + weight * (scores[at] ?? 0))
    }
  }
  return [...sums]
    .map(([item, score]) => ({ item, score }))
    .sort((a, b) => b.score - a.score || a.item - b.item)
    .slice(0, k)
}

/** For each item the others with the greatest `c_ij / √(n_i·n_j) · c_ij / (c_ij + 5)`, where `c` counts users of both. */
export function neighboursOf({ histories: all, itemKeys }: Pick<RetrievalLog, 'histories' | 'itemKeys'>): ScoredLists {
  const histories = newest(all, historyCount)
  const byItem = transposed(histories, itemKeys.length)
  const counts = new Int32Array(itemKeys.length)
  const met = new Int32Array(itemKeys.length)
  const offsets = new Int32Array(itemKeys.length + 1)
  const items: number[] = []
  const scores: number[] = []
  const users = (item: number): number => (byItem.offsets[item + 1] ?? 0) - (byItem.offsets[item] ?? 0)
  for (let item = 0; item < itemKeys.length; item++) {
    const metCount = countTogether(item, { histories, byItem, counts, met })
    const others = met.subarray(0, metCount).sort()
    const nearness = Float32Array.from(others, (other) => {
      const both = counts[other] ?? 0
      return ((both / Math.sqrt(users(item) * users(other))) * both) / (both + doubt)
    })
    for (const best of topK(nearness, neighbourCount)) {
      items.push(others[best] ?? 0)
      scores.push(nearness[best] ?? 0)
    }
    offsets[item + 1] = items.length
    for (const other of others) counts[other] = 0
  }
  return { offsets, items: Int32Array.from(items), scores: Float32Array.from(scores) }
}

/** The last so many items of each user. */
function newest({ offsets, items }: Histories, most: number): Histories {
  const lengths = Array.from(offsets.subarray(1), (end, user) => Math.min(most, end - (offsets[user] ?? 0)))
  const own = new Int32Array(offsets.length)
  for (const [user, length] of lengths.entries()) own[user + 1] = (own[user] ?? 0) + length
  const kept = new Int32Array(own.at(-1) ?? 0)
  for (const [user, length] of lengths.entries()) {
    const end = offsets[user + 1] ?? 0
    kept.set(items.subarray(end - length, end), own[user] ?? 0)
  }
  return { offsets: own, items: kept }
}

/** The users of each item. */
function transposed({ offsets, items }: Histories, itemCount: number): { offsets: Int32Array; users: Int32Array } {
  const starts = new Int32Array(itemCount + 1)
  for (const item of items) starts[item + 1] = (starts[item + 1] ?? 0) + 1
  for (let item = 0; item < itemCount; item++) starts[item + 1] = (starts[item + 1] ?? 0) + (starts[item] ?? 0)
  const users = new Int32Array(items.length)
  const next = starts.slice()
  for (let user = 0; user + 1 < offsets.length; user++) {
    for (let at = offsets[user] ?? 0; at < (offsets[user + 1] ?? 0); at++) {
      const item = items[at] ?? 0
      users[next[item] ?? 0] = user
      next[item] = (next[item] ?? 0) + 1
    }
  }
  return { offsets: starts, users }
}
