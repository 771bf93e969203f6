/** The union of what sources bring: each has its share of the places, an item is taken once, what one cannot fill the others get. */
import type { Candidate } from './candidate-source.js'
import { quotas } from './quotas.js'

export interface Merged {
  /** Indices into the catalogue, each once. */
  readonly items: Int32Array
  /** For each item the source that brought it first. */
  readonly sources: readonly string[]
}

/** What a source brings, best first, and its share of the places. */
export interface Offer {
  readonly source: string
  /** `'all'`: every candidate, before all others; 0: when the others are exhausted. */
  readonly share: number | 'all'
  readonly candidates: readonly Candidate[]
}

export interface MergeOptions {
  /** Places. */
  readonly k: number
  /** Items that never take a place. */
  readonly exclude: ReadonlySet<number>
}

/**
 * Fills `k` places from offers in their order. Places that a source cannot fill are shared out anew among those that still can; an offer
 * without a share is asked when all others are done. A function of its arguments alone.
 */
export function mergeCandidates(offers: readonly Offer[], { k, exclude }: MergeOptions): Merged {
  const items: number[] = []
  const sources: string[] = []
  const taken = new Set<number>()
  const next = offers.map(() => 0)
  const take = (index: number, quota: number): void => {
    const { source, candidates } = offers[index] ?? { source: '', candidates: [] }
    let at = next[index] ?? 0
    for (let left = quota; left > 0 && at < candidates.length; at++) {
      const item = candidates[at]?.item ?? 0
      if (taken.has(item) || exclude.has(item)) continue
      taken.add(item)
      items.push(item)
      sources.push(source)
      left--
    }
    next[index] = at
  }
  const fill = (shareOf: (offer: Offer) => number): void => {
    for (;;) {
      const shares = offers.map((offer, index) => ((next[index] ?? 0) < offer.candidates.length ? shareOf(offer) : 0))
      // Each round fills the places or exhausts a source.
      if (items.length >= k || shares.every((share) => share === 0)) return
      for (const [index, quota] of quotas(shares, k - items.length).entries()) take(index, quota)
    }
  }
  for (const [index, { share }] of offers.entries()) if (share === 'all') take(index, k - items.length)
  fill(({ share }) => (share === 'all' ? 0 : share))
  fill(() => 1)
  return { items: Int32Array.from(items), sources }
}
