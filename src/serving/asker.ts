/** Whoever a list is for: features as the encoder reads them, and what was done before. */
import type { JsonValues, StateStore } from '../events/index.js'
import type { RawRow } from '../features/index.js'
import type { FeatureValues, RecommendRequest } from '../protocol/index.js'
import type { PairValues } from '../ranking/index.js'
import type { RetrievalRequest } from '../retrieval/index.js'
import { seenKey } from './bundle-catalogue.js'
import { requestRow } from './request-row.js'
import type { ServedModel } from './served-model.js'
import type { UserPast } from './user-pasts.js'

export interface Asker {
  readonly user: string | null
  /** What was known strictly before it is the past. */
  readonly moment: number
  /** Features of user and context, raw: what the encoder reads. */
  readonly row: RawRow
  /** Items that the user acted on, the oldest first. */
  readonly seen: readonly string[]
  /** What is known of the user with each of so many items; what the request says holds for all. */
  withItems(items: Iterable<string>, count: number): PairValues
  /** Features and context as they were used, for the log. */
  readonly used: { readonly user: JsonValues; readonly context: FeatureValues }
}

export interface AskerParts {
  readonly store: StateStore
  /** The moment of a request that comes now. */
  now(): number
}

const nothing: UserPast = { values: {}, acted: [], withItems: () => ({}) }

type Asked = Pick<RecommendRequest, 'user' | 'features' | 'context'>

/** What is known of a user, the past up to this moment included; of a user who is unknown, what the request says. */
export async function askerOf(
  { store, now }: AskerParts,
  { config, names, pasts, givenPairs }: ServedModel,
  { user, features, context }: Asked,
): Promise<Asker> {
  const moment = now()
  const [stored, past] =
    user === undefined ? [null, nothing] : await Promise.all([store.user(user), pasts.of(user, moment)])
  const known = stored?.features ?? {}
  const given = { ...features, ...context }
  const row = requestRow(config, { stored: known, past: past.values, features, context })
  return {
    user: user ?? null,
    moment,
    row,
    seen: [...seenBefore(known), ...past.acted],
    withItems: (items, count) => ({ ...past.withItems(items), ...givenPairs(given, count) }),
    used: { user: usedOf(row, names.user), context: context ?? {} },
  }
}

function usedOf(row: RawRow, names: ReadonlySet<string>): JsonValues {
  const used: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) if (value !== undefined && names.has(name)) used[name] = value
  return used as JsonValues
}

function seenBefore(features: JsonValues): string[] {
  const seen = features[seenKey]
  return Array.isArray(seen) ? seen.map(String) : []
}

/** The same as the candidate sources ask for it. */
export const askedOf = (
  { user, row, seen }: Asker,
  { item }: Pick<RecommendRequest, 'item'>,
): Omit<RetrievalRequest, 'nowMs'> => ({ user, row, history: seen, ...(item === undefined ? {} : { item }) })
