/** Rows of what nobody can have seen: they say nothing about what is wanted, though they count as shown. */
import { countText } from '../base/index.js'
import type { Config } from '../features/index.js'
import { impressionsDeclaration } from '../features/index.js'
import type { Database } from '../sql/index.js'
import type { CellColumns } from './examples.js'
import { layerOver } from './joined-layers.js'
import { numberSql } from './label.js'

/** Why a row was not seen, and the condition over `joined` that says so. */
interface Unseen {
  readonly why: string
  readonly condition: string
}

/** Leaves out the rows of `joined` that nobody saw; returns what it did as warnings. */
export async function dropUnseen(database: Database, config: Config, columns: CellColumns): Promise<string[]> {
  const warnings: string[] = []
  for (const { why, condition } of unseenBy(config, columns)) {
    const [row] = await database.rows(`SELECT count(*) AS total, count(*) FILTER (WHERE ${condition}) AS n FROM joined`)
    const [total, count] = [Number(row?.['total'] ?? 0), Number(row?.['n'] ?? 0)]
    if (count === 0) continue
    await layerOver(database, (below) => `SELECT * FROM ${below} WHERE NOT ${condition}`)
    warnings.push(`${countText(count)} of ${countText(total)} rows are left out: ${why}`)
  }
  return warnings
}

function unseenBy(config: Config, columns: CellColumns): Unseen[] {
  const { column, lastSeen } = config.data.position ?? {}
  const { seen } = impressionsDeclaration(config) ?? {}
  const cell = (name: string | undefined): string => columns.get(name ?? '') ?? 'NULL'
  const found: Unseen[] = []
  if (lastSeen !== undefined)
    found.push({
      why: `they were shown beyond position ${String(lastSeen)}`,
      condition: `coalesce((${numberSql(cell(column))}) > ${String(lastSeen)}, false)`,
    })
  if (seen !== undefined)
    found.push({
      why: `nobody saw them, says the column ${seen}`,
      condition: `coalesce(NOT TRY_CAST(CAST(${cell(seen)} AS VARCHAR) AS BOOLEAN), false)`,
    })
  return found
}
