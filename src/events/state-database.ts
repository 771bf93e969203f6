/** What a state store asks of a database: SQL that SQLite and PostgreSQL both understand, but for the words of a dialect. */

/** A value of a row or a parameter. */
export type SqlValue = string | number | null

export interface Dialect {
  /** The parameter at a place, from 1. */
  parameter(place: number): string
  /** A table of one column `value`: the elements of the JSON array that is the first parameter. */
  readonly elements: string
  /** Type of a text that is compared byte by byte. */
  readonly text: string
  /** Behind the columns of a table that is looked up by its primary key alone. */
  readonly tableEnd: string
}

/** A statement whose one parameter, where it has one, is a JSON array. */
export interface Statement {
  readonly sql: string
  readonly elements?: readonly unknown[]
}

export type ReadRows = (sql: string, parameters: readonly SqlValue[]) => Promise<readonly (readonly SqlValue[])[]>

export interface StateDatabase {
  /** Where it is, for errors: no user and no password. */
  readonly name: string
  readonly dialect: Dialect
  readonly rows: ReadRows
  /** The first row, for point reads. */
  row(sql: string, parameters: readonly SqlValue[]): Promise<readonly SqlValue[] | null>
  /** Writes in one transaction what `plan` makes of what is there; no other change comes between. */
  change(plan: (rows: ReadRows) => Promise<readonly Statement[]>): Promise<void>
  close(): Promise<void>
}
