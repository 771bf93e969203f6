/** Reads the head of a user's logs and writes the config that they probably want, with a reason for each column. */
import { resolve } from 'node:path'
import type { FileFormat } from '../../features/index.js'
import { openDatabase, quoteName } from '../../sql/index.js'
import type { Database } from '../../sql/index.js'
import { noBadRows } from '../bad-rows.js'
import { findFiles } from '../source-files.js'
import type { SourceReader } from '../source-table.js'
import { readSource, scanSource, sourceColumns } from '../source-table.js'
import { columnsOfKey, profileColumns } from './column-profile.js'
import type { ConfigParts, FeatureGroupName, InferredColumn } from './config-text.js'
import { configText } from './config-text.js'
import type { ColumnRole } from './roles.js'
import { inferRoles } from './roles.js'

export interface InferOptions {
  /** Labelled rows or impressions: a path or a glob, relative to the current directory. */
  readonly files: string
  /** An action log: then the label is an action that follows an impression. */
  readonly actions?: string | undefined
  readonly label?: string | undefined
  readonly delimiter?: string | undefined
}

export interface InferredConfig {
  /** The text of `widedeep.config.ts`. */
  readonly config: string
  readonly rows: number
  readonly columns: readonly InferredColumn[]
}

/** Infers a config; throws coded errors of room data for files that are not there or do not read. */
export async function inferConfig(options: InferOptions): Promise<InferredConfig> {
  const database = await openDatabase()
  const reader: SourceReader = { database, temporaryDirectory: resolve('.widedeep'), badRows: noBadRows() }
  try {
    const format = options.delimiter === undefined ? undefined : { delimiter: options.delimiter }
    const names = await readInto(reader, options.files, format)
    const profiles = await profileColumns(database, names)
    const roles = inferRoles(profiles, { label: options.label, isOfActions: options.actions !== undefined })
    const columns = await withGroups(database, roles)
    const actions = options.actions === undefined ? undefined : await inferActions(reader, options.actions, format)
    const parts: ConfigParts = { files: options.files, actions, format, columns }
    return { config: configText(parts), rows: profiles[0]?.rows ?? 0, columns }
  } finally {
    database.close()
  }
}

/** Reads files into the table `source`; returns its columns. */
async function readInto(reader: SourceReader, pattern: string, format: FileFormat | undefined): Promise<string[]> {
  const files = await findFiles(reader.database, pattern, { directory: resolve('.') })
  const scans = await scanSource(reader, { files, format })
  const names = sourceColumns(scans)
  await reader.database.run('DROP TABLE IF EXISTS source')
  await readSource(reader, scans, { table: 'source', names, format })
  return names
}

/** Puts features to whom they belong, and makes features of the keys. */
async function withGroups(database: Database, roles: ReadonlyMap<string, ColumnRole>): Promise<InferredColumn[]> {
  const features = [...roles].flatMap(([column, role]) => (role.kind === 'feature' ? [column] : []))
  const keyOf = (wanted: 'user' | 'item'): string | undefined =>
    [...roles].find(([, role]) => role.kind === 'key' && role.key === wanted)?.[0]
  const groups = new Map<string, FeatureGroupName>()
  for (const group of ['item', 'user'] as const) {
    const key = keyOf(group)
    if (key === undefined) continue
    for (const column of await columnsOfKey(database, key, features)) groups.set(column, group)
  }
  return [...roles].flatMap(([column, role]): InferredColumn[] => {
    if (role.kind === 'feature') return [{ column, role, group: groups.get(column) ?? 'context' }]
    if (role.kind !== 'key' || role.key === 'time') return [{ column, role }]
    return [
      { column, role },
      { column, ...keyFeatures[role.key] },
    ]
  })
}

const keyFeature = (declaration: string, why: string): ColumnRole => ({ kind: 'feature', declaration, why })

/** What a key is as a feature. */
const keyFeatures = {
  user: { group: 'user', role: keyFeature('categorical({ minCount: 2 })', 'the user itself') },
  item: { group: 'item', role: keyFeature('categorical({ minCount: 2 })', 'the item itself') },
  position: { group: 'context', role: keyFeature('categorical()', 'what the place alone does; a constant at serving') },
} as const

/** The column that names the kinds of actions, and its rarest kind: what is hardest to get is usually what is wanted. */
async function inferActions(
  reader: SourceReader,
  pattern: string,
  format: FileFormat | undefined,
): Promise<NonNullable<ConfigParts['actions']>> {
  const names = await readInto(reader, pattern, format)
  const kind = names.find((name) => /^(action|event|kind|type|event_?type|event_?name|action_?type)$/i.test(name))
  if (kind === undefined) return { file: pattern, action: 'action' }
  const [row] = await reader.database.rows(
    `SELECT CAST(${quoteName(kind)} AS VARCHAR) AS v FROM source WHERE ${quoteName(kind)} IS NOT NULL GROUP BY v ORDER BY count(*), v LIMIT 1`,
  )
  return { file: pattern, kind, action: String(row?.['v'] ?? 'action') }
}
