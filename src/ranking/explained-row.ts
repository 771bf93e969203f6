/** The row that is explained, column by column: ids with what the combiner makes of them, and their names for people. */
import type { Combiner, EncodedFeatures, JaggedIds, RawValue } from '../features/index.js'
import { allFeatures, sourceColumnOf, stateOwner } from '../features/index.js'
import type { Bundle } from '../model/index.js'
import type { RawRow } from '../features/index.js'

/** One id of a column. */
export interface NamedId {
  readonly id: number
  /** Null where it is missing or has no name. */
  readonly name: string | null
  /** Whether no other value has this id. */
  readonly isKnown: boolean
  /** How often training saw it; null where the bundle does not say, or says it of the feature that owns the vocabulary. */
  readonly seen: number | null
}

export interface ExplainedRow {
  readonly row: RawRow
  readonly features: EncodedFeatures
  /** The ids of a feature in the row. */
  idsOf(column: string): readonly NamedId[]
  /** The text of a feature with one value; null where it is missing. */
  textOf(column: string): string | null
  isList(column: string): boolean
}

/** Encodes a row and remembers what its ids stand for. */
export function encodeExplained({ encoder, config }: Bundle, row: RawRow): ExplainedRow {
  const declared = allFeatures(config)
  const features = encoder.encode([row])
  const rawOf = (column: string): RawValue => row[column] ?? row[sourceColumnOf(column, declared)]
  const isList = (column: string): boolean => {
    const shape = encoder.features.get(column)?.shape
    return shape?.kind === 'ids' && shape.isMultivalent
  }
  return {
    row,
    features,
    isList,
    textOf: (column) => textOf(rawOf(column)),
    idsOf(column) {
      const jagged = features.ids[column]
      if (!jagged) return []
      const raw = rawNames(rawOf(column), jagged.ids.length)
      const { tokenOf, seenOf } = encoder.features.get(column) ?? {}
      const isOwner = stateOwner(column, declared) === column
      return Array.from(jagged.ids, (id, index) => ({
        id,
        name: tokenOf?.(id) ?? raw[index] ?? null,
        isKnown: tokenOf?.(id) !== undefined,
        seen: isOwner ? (seenOf?.(id) ?? null) : null,
      }))
    },
  }
}

/** The raw texts of a column's ids, where it is plain which is whose: an encoder leaves out missing elements. */
function rawNames(raw: RawValue, count: number): readonly (string | null)[] {
  const elements: readonly RawValue[] = typeof raw === 'object' && raw !== null ? raw : [raw]
  return elements.length === count ? elements.map(textOf) : []
}

const textOf = (raw: RawValue): string | null =>
  raw === null || raw === undefined || raw === '' || Number.isNaN(raw) ? null : String(raw)

/** What each of a row's ids counts: its weight over what the combiner divides by. */
export function coefficients({ ids, offsets, weights }: JaggedIds, combiner: Combiner): readonly number[] {
  const own = Array.from(ids, (_, index) => weights?.[index] ?? 1)
  // As in lookups: one unweighted id counts 1 whatever the combiner.
  if (!offsets && !weights) return own
  const sum = own.reduce((total, weight) => total + weight, 0)
  const squares = own.reduce((total, weight) => total + weight * weight, 0)
  const norm = { sum: 1, mean: sum, sqrtn: Math.sqrt(squares) }[combiner]
  return norm === 0 ? own.map(() => 0) : own.map((weight) => weight / norm)
}
