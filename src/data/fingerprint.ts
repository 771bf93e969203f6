/** What prepared data depends on, as one hash: equal fingerprints mean that there is nothing to do. */
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { relative } from 'node:path'
import { checksumFile } from '../base/index.js'
import type { Config } from '../features/index.js'
import { actionsDeclaration, declaredCrosses } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { findFiles } from './source-files.js'

export const preparedVersion = 2

/** Files up to this size are known by their content, larger ones by size and time of change: hashing them would cost as much as reading. */
const hashedBytes = 64 * 2 ** 20

/** The fingerprint of a config's data, features and crosses and of the files they name. */
export async function fingerprintOf(database: Database, config: Config, configDirectory: string): Promise<string> {
  const { data, features, model, training } = config
  const relevant = {
    // Negatives are drawn while training.
    data: { ...data, negatives: undefined },
    features,
    crosses: declaredCrosses(model),
    head: model?.head,
    seed: training?.seed,
    share: training?.validationShare,
  }
  const hash = createHash('sha256').update(JSON.stringify([preparedVersion, relevant]))
  const patterns = [
    data.examples,
    data.impressions,
    data.validation,
    data.test,
    actionsDeclaration(config)?.from,
    ...(data.join ?? []).map(({ from }) => from),
  ]
  for (const pattern of patterns) {
    if (pattern === undefined) continue
    for (const file of await findFiles(database, pattern, configDirectory))
      hash.update(JSON.stringify(await identityOf(file, configDirectory)))
  }
  return hash.digest('hex')
}

async function identityOf(file: string, configDirectory: string): Promise<unknown[]> {
  const { size, mtimeMs } = statSync(file)
  if (size <= hashedBytes) return [size, await checksumFile(file)]
  return [relative(configDirectory, file), size, mtimeMs]
}
