/** Names of splits, and their type in the database. */
import type { Database } from '../sql/index.js'

export const splitNames = ['train', 'validation', 'test'] as const

/** Rows between two splits, which belong to none. */
export const gapSplit = 'gap'

/** The type of `__split` and of `__given`, where '' is none: one byte a row. */
const splitType = '__split_name'

/** Makes the type of splits; first of all in a database. */
export const declareSplits = (database: Database): Promise<void> =>
  database.run(
    `CREATE TYPE ${splitType} AS ENUM (${['', ...splitNames, gapSplit].map((name) => `'${name}'`).join(', ')})`,
  )

/** An expression as the name of a split. */
export const asSplit = (sql: string): string => `CAST(${sql} AS ${splitType})`
