/** A ranked list for one user from a bundle alone. */
import { topK } from '../base/index.js'
import type { RawValue } from '../features/index.js'
import { withRequest } from '../features/index.js'
import { openBundle } from '../model/index.js'
import { openCatalogue, seenItems } from './catalogue.js'
import { userUnknown } from './errors.js'

export interface RecommendOptions {
  readonly bundle: string
  readonly user: string
  readonly k?: number
  readonly context?: Readonly<Record<string, RawValue>>
  /** User features given with the request; they win over the stored ones. */
  readonly features?: Readonly<Record<string, RawValue>>
  /** Keep items that the user acted on in training. */
  readonly keepSeen?: boolean
}

export interface RecommendedItem {
  readonly rank: number
  readonly item: string
  readonly title: string | null
  readonly score: number
}

export interface RecommendResult {
  readonly bundle: string
  readonly user: string
  readonly items: readonly RecommendedItem[]
}

/** Ranks all items of the bundle's catalogue for a user; ties go to the item that comes first. */
export async function recommendItems(options: RecommendOptions): Promise<RecommendResult> {
  const bundle = await openBundle(options.bundle)
  try {
    const catalogue = await openCatalogue(bundle)
    const user = catalogue.users.get(options.user)
    if (!user && Object.keys(options.features ?? {}).length === 0) throw userUnknown({ user: options.user })
    const given = { ...options.features, ...options.context }
    const request = withRequest(bundle.config, user?.features ?? {}, given)
    const { scores, order } = await catalogue.ranker.rankAll(request)
    const seen = options.keepSeen === true ? new Set<number>() : seenItems(catalogue, user)
    const best = topK(order, options.k ?? 10, (index) => seen.has(index))
    const items = Array.from(best, (index, position) => ({
      rank: position + 1,
      item: catalogue.items[index]?.key ?? '',
      title: catalogue.items[index]?.title ?? null,
      score: scores[index] ?? 0,
    }))
    return { bundle: options.bundle, user: options.user, items }
  } finally {
    await bundle.close()
  }
}
