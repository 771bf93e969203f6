/** What is left for the extension to come, once it is known up to which moment rows are final. */
import type { Config } from '../../features/index.js'
import { actionsDeclaration } from '../../features/index.js'
import type { Database } from '../../sql/index.js'
import { quoteText } from '../../sql/index.js'
import type { HistoryTables } from '../history.js'
import { timeColumn } from '../needed-columns.js'
import type { Increment, KeptManifest } from './increment.js'
import { keepActions } from './keep-actions.js'
import { keepEvents } from './kept-events.js'
import { keepRows } from './kept-rows.js'

/** The last moment of the training split; `null` where nothing can be kept by it. */
export async function lastTrained(
  database: Database,
  config: Config,
  { earlier, keepIn }: Increment,
): Promise<number | null> {
  if (keepIn === undefined) return null
  // Rows whose time comes from a joined table cannot be told apart before they are joined.
  const named = await database.rows(
    `SELECT 1 FROM duckdb_columns() WHERE table_name = 'source' AND lower(column_name) = lower(${quoteText(timeColumn(config) ?? '')})`,
  )
  if (named.length === 0) return null
  const [row] = await database.rows("SELECT max(__time) AS latest FROM joined WHERE __split = 'train'")
  const latest = row?.['latest']
  return typeof latest === 'number' ? latest : (earlier?.kept.until ?? null)
}

export interface PastToKeep {
  readonly config: Config
  readonly directory: string
  readonly histories: readonly HistoryTables[]
  /** Up to which moment rows are final. */
  readonly until: number
  /** The attribution window in the unit of moments, 0 without one. */
  readonly window: number
}

/** Keeps rows, actions and events of histories. */
export async function keepPast(database: Database, past: PastToKeep): Promise<KeptManifest> {
  const { config, directory, histories, until, window } = past
  const rows = await keepRows(database, { config, directory }, { until, window })
  const actions = actionsDeclaration(config) ? await keepActions(database, { config, directory }, until) : 0
  for (const [index, history] of histories.entries())
    if (config.data.history?.[history.name]?.action === undefined)
      await database.run(keepEvents(directory, history, { index, until }))
  return { until, ...rows, actions }
}
