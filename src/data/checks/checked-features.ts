/** The features of a config as the checks read them: cells of `examples`, their values one by one, and what they learn from. */
import type { ColumnDeclaration, Config } from '../../features/index.js'
import {
  actionsDeclaration,
  allFeatures,
  kindOf,
  resolvedDeclaration,
  sourceColumnOf,
  stateOwner,
} from '../../features/index.js'
import type { Database } from '../../sql/index.js'
import { quoteText } from '../../sql/index.js'
import { numberSql } from '../label.js'
import type { LabelledTable } from '../labelled-table.js'
import { timeColumn } from '../needed-columns.js'
import { askNumbers } from './numbers.js'

export interface CheckedFeature {
  readonly name: string
  /** A cell of `examples`; of a list the whole list. */
  readonly cell: string
  /** An expression with the list of a cell's values as texts; `null` where each cell has one value. */
  readonly elements: string | null
  /** Whether it reads the user, the item, the request or the time, which may have as many values as there are rows. */
  readonly isKey: boolean
  /** Whether its values are quantities, with an order that means something. */
  readonly isQuantity: boolean
  /** The feature whose vocabulary it uses, and how often a value must be seen to be in it; `null` where none is learned. */
  readonly vocabulary: { readonly owner: string; readonly minCount: number } | null
}

/** The features of the config, in declared order. */
export async function checkedFeatures(
  database: Database,
  config: Config,
  table: LabelledTable,
): Promise<CheckedFeature[]> {
  const declared = allFeatures(config)
  const types = await cellTypes(database)
  const keys = new Set([config.data.user, config.data.item, timeColumn(config), actionsDeclaration(config)?.request])
  const histories = new Set(table.histories.map(({ name }) => name))
  const checked: CheckedFeature[] = []
  for (const name of Object.keys(declared)) {
    const declaration = resolvedDeclaration(name, declared)
    const source = sourceColumnOf(name, declared)
    const own = table.columns.get(name) ?? 'NULL'
    // A user without a past has an empty list, not a missing one.
    const cell = histories.has(source) ? `coalesce(${own}, [])` : own
    const learns = kindOf(declaration).learnsFrom(declaration)
    const { minCount = 1 } = (declaration.inner ?? declaration) as { minCount?: number }
    checked.push({
      name,
      cell,
      elements: declaration.inner ? elementsSql(declaration, cell, types.get(own)) : null,
      isKey: keys.has(source),
      isQuantity: !declaration.inner && learns !== 'tokens' && (await hasNumbers(database, cell)),
      vocabulary: learns === 'tokens' ? { owner: stateOwner(name, declared), minCount } : null,
    })
  }
  return checked
}

async function cellTypes(database: Database): Promise<Map<string, string>> {
  const rows = await database.rows(
    "SELECT column_name AS name, data_type AS type FROM duckdb_columns() WHERE table_name = 'examples'",
  )
  return new Map(rows.map(({ name, type }) => [String(name), String(type)]))
}

function elementsSql(declaration: ColumnDeclaration, cell: string, type = 'VARCHAR'): string {
  const { separator = '|' } = declaration as { separator?: string }
  const list = type.endsWith('[]')
    ? `CAST(${cell} AS VARCHAR[])`
    : `string_split(CAST(${cell} AS VARCHAR), ${quoteText(separator)})`
  return `list_filter(${list}, lambda element: element <> '')`
}

/** With fewer values a column is a set of codes, whatever they look like. */
const fewestQuantities = 20

async function hasNumbers(database: Database, cell: string): Promise<boolean> {
  const number = numberSql(cell)
  const { present, numbers, values } = await askNumbers(
    database,
    ['present', 'numbers', 'values'],
    `SELECT count(${cell}) AS present, count(${number}) AS numbers, approx_count_distinct(${number}) AS values FROM examples`,
  )
  return numbers > 0.99 * present && values > fewestQuantities
}

/** A query with one row for each value (`value`, a text or `NULL`) of a feature's cells, and `extra` beside it. */
export function valuesSql({ cell, elements }: CheckedFeature, where: string, extra: readonly string[] = []): string {
  const value = elements === null ? `CAST(${cell} AS VARCHAR)` : `unnest(${elements})`
  return `SELECT ${[`${value} AS value`, ...extra].join(', ')} FROM examples WHERE ${where}`
}
