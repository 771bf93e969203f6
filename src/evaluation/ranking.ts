/** Metrics of ranked lists: every user ranks the items that were not seen, and the relevant ones should stand on top. */
import { topK } from '../base/index.js'

export interface RankingInput {
  readonly userCount: number
  /** A score for every item, for one user. */
  scores(user: number): Promise<Float32Array>
  /** Item indices that count as hits; a user without any is left out. */
  relevant(user: number): ReadonlySet<number>
  /** Item indices that are no candidates: those seen in training. */
  seen(user: number): ReadonlySet<number>
  readonly k: number
}

/** The metrics of one user's list. */
export interface ListMetrics {
  readonly ndcg: number
  readonly recall: number
  readonly precision: number
  readonly map: number
  readonly mrr: number
  readonly hitRate: number
}

/** How to read each metric of ranked lists. */
export const listMetricDescriptions: Readonly<Record<keyof ListMetrics, string>> = {
  ndcg: 'gain of the hits, discounted by rank, over the best possible; 1 is perfect',
  recall: 'share of the relevant items among the first k',
  precision: 'share of hits among the first k',
  map: 'precision at each hit, averaged over the hits that were possible',
  mrr: '1 / rank of the first hit',
  hitRate: 'share of users with at least one hit',
}

/** Binary relevance; a list of `k` item indices, best first, against a set that is not empty. */
export function listMetrics(list: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): ListMetrics {
  let hits = 0
  let gain = 0
  let precisions = 0
  let reciprocal = 0
  for (let rank = 0; rank < Math.min(k, list.length); rank++) {
    if (!relevant.has(list[rank] ?? -1)) continue
    hits++
    gain += 1 / Math.log2(rank + 2)
    precisions += hits / (rank + 1)
    if (reciprocal === 0) reciprocal = 1 / (rank + 1)
  }
  const most = Math.min(k, relevant.size)
  let ideal = 0
  for (let rank = 0; rank < most; rank++) ideal += 1 / Math.log2(rank + 2)
  return {
    ndcg: gain / ideal,
    recall: hits / relevant.size,
    precision: hits / k,
    map: precisions / most,
    mrr: reciprocal,
    hitRate: Number(hits > 0),
  }
}

/** Means over users with a relevant item among the candidates: `ndcg@k`, `recall@k`, …, and how many users these are. */
export async function evaluateRanking(input: RankingInput): Promise<Record<string, number | null>> {
  const sums: Record<keyof ListMetrics, number> = { ndcg: 0, recall: 0, precision: 0, map: 0, mrr: 0, hitRate: 0 }
  let users = 0
  for (let user = 0; user < input.userCount; user++) {
    const seen = input.seen(user)
    const relevant = new Set([...input.relevant(user)].filter((item) => !seen.has(item)))
    if (relevant.size === 0) continue
    users++
    const list = topK(await input.scores(user), input.k, (item) => seen.has(item))
    const own = listMetrics(list, relevant, input.k)
    for (const name of Object.keys(sums) as (keyof ListMetrics)[]) sums[name] += own[name]
  }
  const named = Object.entries(sums).map(
    ([name, sum]) => [`${name}@${String(input.k)}`, users > 0 ? sum / users : null] as const,
  )
  return { ...Object.fromEntries(named), rankedUsers: users }
}
