/** The rows of a split whose item was liked: who, what, when, and where the row stands. */
import type { Database } from '../sql/index.js'
import { cellOf, numberOf, quoteText } from '../sql/index.js'
import { unitsPerSecond } from './time-units.js'

/** Columns of some rows, in the order of the split. Users and items are indices into their keys. */
export interface PositiveRows {
  readonly userKeys: readonly string[]
  readonly itemKeys: readonly string[]
  readonly users: Int32Array
  readonly items: Int32Array
  /** Milliseconds since 1970; NaN where the data has no time. */
  readonly timesMs: Float64Array
  /** Where each row stands in its split, ascending. */
  readonly places: Uint32Array
}

/** A part of a split: its first row there, and how many it has. */
export interface SplitPart {
  readonly path: string
  readonly first: number
}

/** Reads the rows that meet a condition and have both keys. */
export async function readPositives(
  database: Database,
  parts: readonly SplitPart[],
  relevant: string,
): Promise<PositiveRows> {
  const users = createCodes()
  const items = createCodes()
  const times: number[] = []
  const places: number[] = []
  for (const { path, first } of parts) {
    const sql = `SELECT "user", item, CAST(time AS DOUBLE) AS time, CAST(file_row_number AS INTEGER) AS place
      FROM read_parquet(${quoteText(path)}, file_row_number = true)
      WHERE ${relevant} AND "user" IS NOT NULL AND item IS NOT NULL`
    for await (const { columns, rowCount } of database.chunks(sql)) {
      const { user, item, time, place } = columns
      if (!user || !item) continue
      for (let row = 0; row < rowCount; row++) {
        users.add(String(cellOf(user, row)))
        items.add(String(cellOf(item, row)))
        times.push(numberOf(time, row))
        places.push(first + numberOf(place, row))
      }
    }
  }
  const perMs = unitsPerSecond(times.reduce((most, time) => (time > most ? time : most), 0)) / 1000
  return {
    userKeys: users.keys(),
    itemKeys: items.keys(),
    users: users.codes(),
    items: items.codes(),
    timesMs: Float64Array.from(times, (time) => time / perMs),
    places: Uint32Array.from(places),
  }
}

/** The moment of each item's first row, in milliseconds since 1970; empty where the data has no time. */
export async function readFirstMoments(database: Database, source: string): Promise<Map<string, number>> {
  const rows = await database.rows(
    `SELECT item, CAST(min(time) AS DOUBLE) AS first FROM ${source} WHERE item IS NOT NULL AND time IS NOT NULL GROUP BY item`,
  )
  const latest = rows.reduce((most, { first }) => Math.max(most, Number(first)), 0)
  const perMs = unitsPerSecond(latest) / 1000
  return new Map(rows.map(({ item, first }) => [String(item), Number(first) / perMs]))
}

/** Numbers keys in the order in which they come. */
function createCodes(): { add(key: string): void; keys(): string[]; codes(): Int32Array } {
  const byKey = new Map<string, number>()
  const codes: number[] = []
  return {
    add(key) {
      const code = byKey.get(key) ?? byKey.size
      if (code === byKey.size) byKey.set(key, code)
      codes.push(code)
    },
    keys: () => [...byKey.keys()],
    codes: () => Int32Array.from(codes),
  }
}
