/** Ranked-list metrics of a bundle: every user of a split who liked something there ranks all items not seen in training. */
import type { PositiveRows, PreparedData } from '../data/index.js'
import { evaluateRanking } from '../evaluation/index.js'
import type { BundleCatalogue } from './catalogue.js'
import { seenItems } from './catalogue.js'

export interface RankedListOptions {
  readonly catalogue: BundleCatalogue
  readonly data: PreparedData
  readonly split: string
  readonly k: number
  /** Users ranked at most: every so many of them, in the order of their keys. Default: all. */
  readonly maximumUsers?: number
}

/** `ndcg@k`, `recall@k`, `map@k`, `mrr` over the users of a split, for the bundle and for popularity. */
export async function evaluateRankedLists({
  catalogue,
  data,
  split,
  k,
  maximumUsers = Number.POSITIVE_INFINITY,
}: RankedListOptions): Promise<Record<string, number | null>> {
  const relevant = relevantItems(await data.split(split).positives(), catalogue.itemIndex)
  const users = evenly([...relevant.keys()].sort(), maximumUsers)
  const common = {
    userCount: users.length,
    relevant: (user: number) => relevant.get(users[user] ?? '') ?? new Set<number>(),
    seen: (user: number) => seenItems(catalogue, catalogue.users.get(users[user] ?? '')),
    k,
  }
  const popularity = Float32Array.from(catalogue.items, (item) => item.positives)
  const model = await evaluateRanking({
    ...common,
    scores: async (user) =>
      (await catalogue.ranker.rankAll(catalogue.users.get(users[user] ?? '')?.features ?? {})).order,
  })
  const popular = await evaluateRanking({ ...common, scores: () => Promise.resolve(popularity) })
  const named = Object.entries(popular)
    .filter(([name]) => name.includes('@'))
    .map(([name, value]) => [`popularity ${name}`, value] as const)
  return { ...model, ...Object.fromEntries(named) }
}

/** What each user of a split liked there, as indices into a catalogue. */
export function relevantItems(
  { users, items, userKeys, itemKeys }: PositiveRows,
  itemIndex: ReadonlyMap<string, number>,
): Map<string, Set<number>> {
  const relevant = new Map<string, Set<number>>()
  for (const [row, user] of users.entries()) {
    const key = userKeys[user] ?? ''
    const index = itemIndex.get(itemKeys[items[row] ?? 0] ?? '')
    if (index === undefined) continue
    const liked = relevant.get(key) ?? new Set()
    relevant.set(key, liked.add(index))
  }
  return relevant
}

/** At most so many elements, evenly spread. */
export function evenly<T>(all: readonly T[], most: number): T[] {
  const step = Math.max(1, all.length / most)
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
}
