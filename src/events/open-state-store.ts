/** Opening a state store by its address; the driver is loaded with it, and no other. */
import { storeUnknown } from './errors.js'
import { createSqlStateStore } from './sql-state-store.js'
import type { StateDatabase } from './state-database.js'
import type { StateStore, StateStoreOptions } from './state-store.js'

const postgres = async (url: string): Promise<StateDatabase> =>
  (await import('./postgres-database.js')).openPostgres(url)
const sqlite = async (path: string): Promise<StateDatabase> => (await import('./sqlite-database.js')).openSqlite(path)

const databases = new Map([
  ['sqlite', sqlite],
  ['postgres', postgres],
  ['postgresql', postgres],
])

/**
 * Opens a store, or makes one: `sqlite:PATH` or a bare path is a file of SQLite, which one process may write at a time;
 * `postgres://…` a database of PostgreSQL. Throws `EVENTS_STORE_FAILED`, `EVENTS_STORE_UNKNOWN`, `EVENTS_FORMAT_UNKNOWN`.
 */
export async function openStateStore(url: string, options: StateStoreOptions = {}): Promise<StateStore> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//.exec(url)?.[1] ?? 'sqlite'
  const open = databases.get(scheme)
  if (!open) throw storeUnknown({ scheme })
  const database = await open(url.replace(/^sqlite:(\/\/)?/, ''))
  try {
    return await createSqlStateStore(database, options)
  } catch (error) {
    await database.close()
    throw error
  }
}
