/**
 * Inverse propensity: a row that the logging policy was unlikely to show stands for many that it did not show, so that the examples
 * weigh as if items had been shown at random (Horvitz and Thompson 1952). Weights keep their mean.
 */
import type { Config } from '../features/index.js'
import { propensityInvalid } from './errors.js'
import type { CellColumns } from './examples.js'
import { findOffenders } from './examples.js'
import { layerOver } from './joined-layers.js'
import { numberSql } from './label.js'
import type { SourceReader } from './source-table.js'

/** Largest inverse propensity: beyond it single rows would decide (Ionides 2008). */
const defaultClip = 100

/** Multiplies `__weight` of `joined` by the inverse propensities; throws `DATA_PROPENSITY_INVALID`. */
export async function weighByPropensity(reader: SourceReader, { data }: Config, columns: CellColumns): Promise<void> {
  const { propensity } = data
  if (propensity === undefined) return
  const cell = columns.get(propensity.column) ?? 'NULL'
  const p = `(${numberSql(cell)})`
  const wrong = await findOffenders(reader, `${p} IS NULL OR ${p} <= 0 OR ${p} > 1`, cell)
  if (wrong) throw propensityInvalid({ column: propensity.column, ...wrong })
  const inverse = `least(${String(propensity.clip ?? defaultClip)}, 1 / ${p})`
  const [row] = await reader.database.rows(`SELECT avg(${inverse}) AS mean FROM joined`)
  const weight = `__weight * ${inverse} / ${String(Number(row?.['mean'] ?? 1))}`
  await layerOver(reader.database, (below) => `SELECT * REPLACE (${weight} AS __weight) FROM ${below}`)
}
