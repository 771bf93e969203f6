/** The files that a config names, and which of them the last preparation has not read. */
import type { Config } from '../features/index.js'
import { openDatabase } from '../sql/index.js'
import type { SourceFile } from './fingerprint.js'
import { fingerprintOf } from './fingerprint.js'
import { readManifest } from './prepared-manifest.js'

export interface DataSource extends Pick<SourceFile, 'of' | 'path' | 'identity'> {
  readonly isNew: boolean
}

/** Looks at names, sizes and contents, and reads no row. */
export async function dataSources(
  config: Config,
  configDirectory: string,
  preparedDirectory: string,
): Promise<readonly DataSource[]> {
  const database = await openDatabase()
  try {
    const known = readManifest(preparedDirectory)?.sources ?? []
    const { sources } = await fingerprintOf(database, { config, configDirectory }, known)
    const read = new Set(known.map(({ of, identity }) => `${of} ${identity}`))
    return sources.map(({ of, path, identity }) => ({ of, path, identity, isNew: !read.has(`${of} ${identity}`) }))
  } finally {
    database.close()
  }
}
