/** Tuples of ids in words. */
import type { Encoder } from '../../features/index.js'

/** What an id of a feature stands for: its token, its bucket, or that it is missing or out-of-vocabulary. */
function nameOf(encoder: Encoder, feature: string, id: number): string {
  const column = encoder.features.get(feature)
  const token = column?.tokenOf?.(id)
  if (token !== undefined) return token
  // Ids of every column begin with the missing value; a column without tokens is hashed.
  if (id === 0) return '(missing)'
  return column?.tokenOf ? '(other)' : `#${String(id)}`
}

/** The values of a tuple, in the order of its features. */
export const tupleNames = (encoder: Encoder, features: readonly string[], ids: ArrayLike<number>): string[] =>
  features.map((feature, index) => nameOf(encoder, feature, ids[index] ?? 0))
