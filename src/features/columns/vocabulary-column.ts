/**
 * Ids from a vocabulary learned from the training split: tokens with at least `minCount` occurrences, most frequent first; those of
 * later days come behind.
 */
import { isCount, isDuration } from '../checks.js'
import { durationSeconds } from '../duration.js'
import type { ColumnDeclaration, ColumnEncoder, ColumnKind, ColumnState, RawValue, Statistics } from '../column.js'
import { idsDeclaration, wrongStatistics } from '../declaration-checks.js'
import { firstTokenId, missingId, oovId, tokenOf } from '../raw-values.js'
import { SeenCounts } from '../seen-counts.js'
import { TokenTable } from '../token-table.js'

export interface VocabularyDeclaration extends ColumnDeclaration {
  readonly kind: 'vocabulary'
  /** Rarer tokens share the out-of-vocabulary row. Default 1. */
  readonly minCount: number
  /** Most tokens kept; the rarest beyond it (or beyond 2 GiB of text) are dropped and counted. Default 50 million. */
  readonly vocabularyBudget: number
  /** A token that no training row had for so long is forgotten: its id stays taken, and it gets another one when it comes back. */
  readonly expireAfter?: string
}

export const vocabularyColumn: ColumnKind<VocabularyDeclaration> = {
  kind: 'vocabulary',
  yields: 'ids',
  reads: () => 'text',
  issues: idsDeclaration({ minCount: isCount(), vocabularyBudget: isCount() }, { expireAfter: isDuration }),
  learnsFrom: () => 'tokens',
  needsAges: ({ expireAfter }) => expireAfter !== undefined,
  learn: (declaration, statistics) => fill(new TokenTable(), declaration, statistics),
  grow: (declaration, statistics, previous) => fill(tableOf(previous), declaration, statistics),
  compile: (_, state) => tokenEncoder(tableOf(state), state.arrays['counts'] as Int32Array | undefined),
}

const tableOf = ({ arrays }: ColumnState): TokenTable =>
  new TokenTable(arrays['bytes'] as Uint8Array, arrays['ends'] as Int32Array)

/** Adds the tokens that a table lacks and that are frequent enough; those that it has keep their places, however rare. */
async function fill(
  table: TokenTable,
  { minCount, vocabularyBudget, expireAfter }: VocabularyDeclaration,
  statistics: Statistics,
): Promise<ColumnState> {
  if (statistics.kind !== 'tokens') throw wrongStatistics('vocabulary', statistics)
  const isNew = table.count === 0
  const oldest = expireAfter === undefined ? Number.POSITIVE_INFINITY : durationSeconds(expireAfter)
  const expired: string[] = []
  const seen = new SeenCounts()
  let belowMinCount = 0
  let beyondBudget = 0
  for await (const { tokens, counts, ages } of statistics.chunks) {
    for (const [index, token] of tokens.entries()) {
      const place = isNew ? -1 : table.find(token)
      const count = counts[index] ?? 0
      if ((ages?.[index] ?? 0) > oldest) expired.push(token)
      else if (place >= 0) seen.set(place, count)
      else if (count < minCount) belowMinCount++
      else if (table.count >= vocabularyBudget || !table.add(token)) beyondBudget++
      else seen.set(table.count - 1, count)
    }
  }
  const json = { tokens: table.count, belowMinCount, beyondBudget }
  const counts = seen.array(table.count)
  if (expireAfter === undefined) return { json, arrays: { ...table.arrays(), counts } }
  return { json: { ...json, expired: expired.length }, arrays: { ...table.without(expired).arrays(), counts } }
}

/** An encoder over a table of tokens: 0 missing, 1 out-of-vocabulary, then the tokens in their order; `counts` by token, where they are kept. */
export function tokenEncoder(table: TokenTable, counts?: Int32Array): ColumnEncoder {
  return {
    shape: { kind: 'ids', idCount: firstTokenId + table.count, isMultivalent: false, combiner: 'sum' },
    appendIds(raw: RawValue, ids: number[]) {
      const token = tokenOf(raw)
      const index = token === null ? missingId : table.find(token)
      ids.push(token === null ? missingId : index < 0 ? oovId : firstTokenId + index)
    },
    tokenOf: (id) =>
      id < firstTokenId || id >= firstTokenId + table.count ? undefined : table.tokenAt(id - firstTokenId) || undefined,
    seenOf: (id) => counts?.[id - firstTokenId],
  }
}
