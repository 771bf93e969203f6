/**
 * The one place that knows SQLite (libsql's build of it). Reads are done at once by a connection of their own, a point read in
 * microseconds; writes by another one, outside the thread that answers requests.
 */
import Libsql from 'libsql'
import AsyncLibsql from 'libsql/promise'
import { dirname } from 'node:path'
import { WideDeepError, makeDirectory } from '../base/index.js'
import { storeFailed } from './errors.js'
import type { Dialect, ReadRows, SqlValue, StateDatabase, Statement } from './state-database.js'
import { tableDefinitions } from './state-tables.js'
import { createTurns } from './turns.js'

type Row = readonly SqlValue[]

const dialect: Dialect = {
  parameter: (place) => `?${String(place)}`,
  elements: 'json_each(?1)',
  text: 'text',
  tableEnd: ' without rowid',
}

/** Milliseconds that one process waits for another that has the file, such as a command that looks at it. */
const waiting = { timeout: 5000 }

/** Opens or makes a database file; throws `EVENTS_STORE_FAILED`. */
export async function openSqlite(path: string): Promise<StateDatabase> {
  const failed = (cause: unknown): Error =>
    cause instanceof WideDeepError ? cause : storeFailed({ store: path, reason: (cause as Error).message }, { cause })
  try {
    makeDirectory(dirname(path))
    const writer = new AsyncLibsql(path, waiting)
    try {
      await exec(writer, ['pragma journal_mode = wal', ...tableDefinitions(dialect)])
      return overConnections({ path, writer, reader: new Libsql(path, waiting), failed })
    } catch (error) {
      writer.close()
      throw error
    }
  } catch (cause) {
    throw failed(cause)
  }
}

interface Connections {
  readonly path: string
  readonly writer: AsyncLibsql
  readonly reader: InstanceType<typeof Libsql>
  failed(cause: unknown): Error
}

function overConnections({ path, writer, reader, failed }: Connections): StateDatabase {
  const inTurn = createTurns()
  const prepare = (sql: string) => reader.prepare<SqlValue[]>(sql).raw()
  const prepared = new Map<string, ReturnType<typeof prepare>>()
  const statement = (sql: string): ReturnType<typeof prepare> => {
    const made = prepared.get(sql) ?? prepare(sql)
    prepared.set(sql, made)
    return made
  }
  const reading = async <T>(read: () => T): Promise<T> => {
    try {
      return await Promise.resolve(read())
    } catch (cause) {
      throw failed(cause)
    }
  }
  const rows: ReadRows = (sql, parameters) => reading(() => statement(sql).all(...parameters) as Row[])
  return {
    name: path,
    dialect,
    rows,
    row: (sql, parameters) => reading(() => (statement(sql).get(...parameters) as Row | undefined) ?? null),
    change: (plan) =>
      inTurn(async () => {
        const statements = await plan(rows)
        try {
          await exec(writer, ['begin immediate', ...statements.map(textOf), 'commit'])
        } catch (cause) {
          await exec(writer, ['rollback']).catch(() => undefined)
          throw failed(cause)
        }
      }),
    close: () =>
      inTurn(() => {
        reader.close()
        writer.close()
        return Promise.resolve()
      }),
  }
}

/** Runs statements in a thread of the library's; its types do not say that a promise comes back. */
const exec = (database: AsyncLibsql, statements: readonly string[]): Promise<void> =>
  database.exec(statements.join(';\n')) as Promise<void>

/** A statement with its parameter written out: a script takes none. */
function textOf({ sql, elements = [] }: Statement): string {
  return sql.replace('?1', () => `'${JSON.stringify(elements).replaceAll("'", "''")}'`)
}
