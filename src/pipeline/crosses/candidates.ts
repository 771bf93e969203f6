/** Which columns may be crossed, and which pairs of them. */
import type { Config, EncodedColumn } from '../../features/index.js'
import { allFeatures, declaredCrosses } from '../../features/index.js'
import type { CrossColumn } from './cross-rows.js'
import type { Pair } from './search.js'

export interface Candidates {
  readonly columns: readonly { readonly name: string; readonly idCount: number }[]
  /** Columns left out, with the reason. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
}

/** Features of ids with at most `maxValues` of them. */
export function candidateColumns(
  config: Pick<Config, 'features'>,
  columns: readonly EncodedColumn[],
  maxValues: number,
): Candidates {
  const features = new Set(Object.keys(allFeatures(config)))
  const kept: { name: string; idCount: number }[] = []
  const skipped: { name: string; reason: string }[] = []
  for (const { name, shape } of columns.filter((column) => features.has(column.name))) {
    if (shape.kind === 'numbers') skipped.push({ name, reason: 'a number; bucketized() makes it crossable' })
    else if (shape.idCount > maxValues)
      skipped.push({ name, reason: `${String(shape.idCount)} values, more than --max-values ${String(maxValues)}` })
    else kept.push({ name, idCount: shape.idCount })
  }
  return { columns: kept, skipped }
}

/** Every pair of columns that is not a cross of the model already; a cross of three leaves its pairs open. */
export function openPairs(config: Pick<Config, 'model'>, columns: readonly CrossColumn[]): Pair[] {
  const crossed = new Set(declaredCrosses(config.model).map(({ features }) => keyOf(features)))
  return columns.flatMap((a, index) =>
    columns.slice(index + 1).flatMap((b): Pair[] => (crossed.has(keyOf([a.name, b.name])) ? [] : [[a, b]])),
  )
}

const keyOf = (features: readonly string[]): string => JSON.stringify([...features].sort())
