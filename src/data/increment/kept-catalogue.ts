/** Items and users of all days: what rows at hand say of them, beside what final rows said. */
import type { Database } from '../../sql/index.js'
import { quoteName } from '../../sql/index.js'
import type { Earlier, Increment } from './increment.js'
import { keepSql, keptTable } from './increment.js'

/** A query of all items like `own`, that of the rows at hand; a newer row says what an item is. */
export async function allItems(database: Database, increment: Increment, own: string): Promise<string> {
  const combine = { newer: 'true', sum: { positives: 'coalesce(own.positives, 0) + coalesce(kept.positives, 0)' } }
  return allKeys(database, increment, { name: 'items', own, ...combine })
}

/** A query of all users like `own`; their newest row of training says what they are, where they have one. */
export async function allUsers(database: Database, increment: Increment, own: string): Promise<string> {
  const seen = 'list_sort(list_distinct(list_concat(coalesce(own.seen, []), coalesce(kept.seen, []))))'
  return allKeys(database, increment, { name: 'users', own, newer: 'own.trained', sum: { seen } })
}

interface Keyed {
  readonly name: string
  /** `key`, `place`, `trained` and columns of values. */
  readonly own: string
  /** The condition that the rows at hand say what a key is that both know. */
  readonly newer: string
  /** Columns to which all days add. */
  readonly sum: Readonly<Record<string, string>>
}

/** Keeps the keys of the training split, and combines those kept before with those of the rows at hand. */
async function allKeys(database: Database, { earlier, keepIn }: Increment, keyed: Keyed): Promise<string> {
  if (keepIn === undefined) return keyed.own
  const table = `all_${keyed.name}`
  await database.run(`CREATE TABLE own_${keyed.name} AS ${keyed.own}`)
  const columns = await columnsOf(database, `own_${keyed.name}`)
  await database.run(
    earlier
      ? `CREATE TABLE ${table} AS ${combinedSql(earlier, keyed, columns)}; DROP TABLE own_${keyed.name}`
      : `ALTER TABLE own_${keyed.name} RENAME TO ${table}`,
  )
  await database.run(keepSql(keepIn, keyed.name, `SELECT * FROM ${table} WHERE trained ORDER BY place`))
  return `SELECT * FROM ${table}`
}

async function columnsOf(database: Database, table: string): Promise<string[]> {
  const described = await database.rows(`DESCRIBE SELECT * FROM ${table}`)
  return described.map((row) => String(row['column_name']))
}

function combinedSql(earlier: Earlier, { name, newer, sum }: Keyed, columns: readonly string[]): string {
  const isOwn = `own.key IS NOT NULL AND (kept.key IS NULL OR ${newer})`
  const special: Readonly<Record<string, string>> = {
    ...sum,
    key: 'coalesce(own.key, kept.key)',
    trained: 'coalesce(own.trained, false) OR kept.key IS NOT NULL',
    // The ones known before stay before the others.
    place: 'row_number() OVER (ORDER BY kept.place NULLS LAST, own.place)',
  }
  const select = columns.map((column) => {
    const cell = quoteName(column)
    return `${special[column] ?? `CASE WHEN ${isOwn} THEN own.${cell} ELSE kept.${cell} END`} AS ${cell}`
  })
  return `SELECT ${select.join(', ')} FROM own_${name} AS own FULL JOIN ${keptTable(earlier, name)} AS kept ON own.key = kept.key`
}
