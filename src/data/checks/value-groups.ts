/** Values in groups: quantities by quantiles of the training split, everything else by itself. */
import { randomKey } from '../../base/index.js'
import { numberSql } from '../label.js'
import { uniformSql } from '../splits.js'
import type { CheckedFeature } from './checked-features.js'
import type { CheckContext } from './context.js'

/** Quantiles of so many rows are as good as those of all, and fit in memory. */
const quantileRows = 200_000

/** An expression over `examples` that names the group of a feature's cell; a missing cell is in the group `NULL`. */
export async function groupSql(context: CheckContext, feature: CheckedFeature, groups: number): Promise<string> {
  if (!feature.isQuantity) return `CAST(${feature.cell} AS VARCHAR)`
  const number = numberSql(feature.cell)
  const shares = Array.from({ length: groups - 1 }, (_, index) => (index + 1) / groups)
  const sampled = sampleSql(context.rows.train, quantileRows)
  const [row] = await context.database.rows(
    `SELECT list_sort(list_distinct(quantile_disc(${number}, [${shares.join(', ')}]))) AS cuts FROM examples WHERE __split = 'train' AND ${sampled}`,
  )
  const cuts = Array.isArray(row?.['cuts']) ? row['cuts'].map(Number) : []
  // In numbers of the cuts at or below the value: a value that many rows share has a group to itself.
  return `CASE WHEN (${number}) IS NOT NULL THEN CAST(len(list_filter([${cuts.join(', ')}]::DOUBLE[], lambda cut: cut <= (${number}))) AS VARCHAR) END`
}

/** A condition that about `wanted` of `rows` rows meet, the same ones each time. */
export function sampleSql(rows: number, wanted: number): string {
  return rows <= wanted ? 'true' : `${uniformSql(randomKey(1, 'checks', 'sample'))} < ${String(wanted / rows)}`
}
