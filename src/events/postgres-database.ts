/** The one place that knows PostgreSQL. Servers that share a database change it one after the other. */
import pg from 'pg'
import { WideDeepError } from '../base/index.js'
import { storeFailed } from './errors.js'
import type { Dialect, ReadRows, SqlValue, StateDatabase } from './state-database.js'
import { tableDefinitions } from './state-tables.js'

const dialect: Dialect = {
  parameter: (place) => `$${String(place)}`,
  elements: 'json_array_elements($1::json)',
  text: 'text collate "C"',
  tableEnd: '',
}

/** Every change takes this advisory lock: two servers would merge features over one another's, or wait for each other for ever. */
const lock = "select pg_advisory_xact_lock(hashtext('widedeep state'))"

/** Connects and makes the tables where they are missing; throws `EVENTS_STORE_FAILED`. */
export async function openPostgres(url: string): Promise<StateDatabase> {
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 10_000 })
  // A connection that breaks while it is idle is replaced by the next question; without a listener it would end the process.
  pool.on('error', () => undefined)
  const failed = (cause: unknown): Error =>
    cause instanceof WideDeepError ? cause : storeFailed({ store: named(url), reason: reasonOf(cause) }, { cause })

  const transaction = async (work: (client: pg.PoolClient) => Promise<void>): Promise<void> => {
    const client = await pool.connect().catch((cause: unknown) => {
      throw failed(cause)
    })
    try {
      await client.query('begin')
      await client.query(lock)
      await work(client)
      await client.query('commit')
      client.release()
    } catch (cause) {
      // A connection in an unknown state is not used again; what it began is rolled back with it.
      client.release(true)
      throw failed(cause)
    }
  }
  const rows = readFrom(pool, failed)
  try {
    await transaction(async (client) => {
      for (const text of tableDefinitions(dialect)) await client.query(text)
    })
  } catch (error) {
    await pool.end()
    throw error
  }
  return {
    name: named(url),
    dialect,
    rows,
    row: async (sql, parameters) => (await rows(sql, parameters))[0] ?? null,
    change: (plan) =>
      transaction(async (client) => {
        for (const { sql, elements } of await plan(readFrom(client, failed)))
          await client.query(sql, elements && [JSON.stringify(elements)])
      }),
    close: () => pool.end(),
  }
}

const readFrom =
  (from: pg.Pool | pg.PoolClient, failed: (cause: unknown) => Error): ReadRows =>
  async (sql, parameters) => {
    try {
      return (await from.query<SqlValue[]>({ text: sql, values: [...parameters], rowMode: 'array' })).rows
    } catch (cause) {
      throw failed(cause)
    }
  }

/** Where it is, without user and password. */
function named(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/** A host of two addresses refuses twice, and then the error itself says nothing. */
const reasonOf = (cause: unknown): string =>
  cause instanceof AggregateError ? cause.errors.map(String).join(', ') : (cause as Error).message
