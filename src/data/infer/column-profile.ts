/** What can be seen of the columns of a file without knowing what they mean: counted in the database, one scan a column. */
import type { Database } from '../../sql/index.js'
import { quoteName } from '../../sql/index.js'
import { numberSql } from '../label.js'

export interface ColumnProfile {
  readonly name: string
  readonly rows: number
  /** Rows with a value. */
  readonly present: number
  readonly distinct: number
  /** Rows whose value reads as a number, and as a whole one. */
  readonly numbers: number
  readonly integers: number
  readonly minimum: number | null
  readonly maximum: number | null
  /** Rows whose value is a date or a moment, and no number. */
  readonly moments: number
  /** Rows with lists: typed ones, or texts with `|` in them. */
  readonly lists: number
  /** The most frequent values, the first first, at most five. */
  readonly values: readonly string[]
}

/** The columns of table `source`. */
export async function profileColumns(database: Database, names: readonly string[]): Promise<ColumnProfile[]> {
  const profiles: ColumnProfile[] = []
  for (const name of names) profiles.push(await profileColumn(database, name))
  return profiles
}

async function profileColumn(database: Database, name: string): Promise<ColumnProfile> {
  const cell = quoteName(name)
  const text = `CAST(${cell} AS VARCHAR)`
  const number = numberSql(cell)
  const isList = `(typeof(${cell}) LIKE '%[]' OR contains(${text}, '|'))`
  const [row] = await database.rows(
    `SELECT count(*) AS rows, count(v) AS present, count(DISTINCT v) AS distinct_values, count(x) AS numbers, count(*) FILTER (x = floor(x)) AS integers,
       min(x) AS minimum, max(x) AS maximum, count(*) FILTER (x IS NULL AND TRY_CAST(v AS TIMESTAMP) IS NOT NULL) AS moments,
       count(*) FILTER (v IS NOT NULL AND l) AS lists FROM (SELECT ${text} AS v, ${number} AS x, ${isList} AS l FROM source)`,
  )
  const top = await database.rows(
    `SELECT ${text} AS v FROM source WHERE ${cell} IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT 5`,
  )
  const count = (key: string): number => Number(row?.[key] ?? 0)
  const bound = (key: string): number | null => (typeof row?.[key] === 'number' ? row[key] : null)
  return {
    name,
    rows: count('rows'),
    present: count('present'),
    distinct: count('distinct_values'),
    numbers: count('numbers'),
    integers: count('integers'),
    minimum: bound('minimum'),
    maximum: bound('maximum'),
    moments: count('moments'),
    lists: count('lists'),
    values: top.map(({ v }) => String(v)),
  }
}

/** Columns that have one value for each value of a key: what belongs to the key. Without repeated keys nobody can tell. */
export async function columnsOfKey(database: Database, key: string, names: readonly string[]): Promise<Set<string>> {
  const owner = `CAST(${quoteName(key)} AS VARCHAR)`
  const [counts] = await database.rows(
    `SELECT count(*) AS rows, count(DISTINCT ${owner}) AS keys FROM source WHERE ${quoteName(key)} IS NOT NULL`,
  )
  const belonging = new Set<string>()
  if (Number(counts?.['rows'] ?? 0) < 2 * Number(counts?.['keys'] ?? 0)) return belonging
  for (const name of names) {
    const [row] = await database.rows(
      `SELECT count(*) FILTER (d > 1) AS several FROM (
         SELECT count(DISTINCT CAST(${quoteName(name)} AS VARCHAR)) AS d FROM source WHERE ${quoteName(key)} IS NOT NULL GROUP BY ${owner})`,
    )
    if (Number(row?.['several'] ?? 1) === 0) belonging.add(name)
  }
  return belonging
}
