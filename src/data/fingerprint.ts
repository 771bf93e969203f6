/** What prepared data depends on, as one hash: equal inputs mean that there is nothing to do. */
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { relative } from 'node:path'
import { checksumFile } from '../base/index.js'
import type { Config } from '../features/index.js'
import { actionsDeclaration, declaredCrosses, impressionsDeclaration } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { findFiles, sourcePlace } from './source-files.js'

/** 3: zones of times that are texts count. */
export const preparedVersion = 3

/** Files up to this size are known by their content, larger ones by size and time of change: hashing them would cost as much as reading. */
const hashedBytes = 64 * 2 ** 20

/** A file that was read. */
export interface SourceFile {
  /** What the config names it for: `examples` (or impressions), `actions`, `validation`, `test` or `join`. */
  readonly of: string
  /** Relative to the config. */
  readonly path: string
  /** Equal for files of one content, as far as anyone looked. */
  readonly identity: string
  /** Path, size and times of change: while they stay, the content was not touched and is not read again. Empty for a file just written. */
  readonly stamp: string
}

export interface Fingerprint {
  /** Of settings and files. */
  readonly inputs: string
  /** A hash of the settings alone. */
  readonly settings: string
  readonly sources: readonly SourceFile[]
}

/** The fingerprint of a config's data, features and crosses and of the files they name; `known` ones are not read where they stayed. */
export async function fingerprintOf(
  database: Database,
  { config, configDirectory }: { readonly config: Config; readonly configDirectory: string },
  known: readonly SourceFile[] = [],
): Promise<Fingerprint> {
  const settings = sha256(JSON.stringify([preparedVersion, relevantSettings(config)]))
  const { data } = config
  const patterns = [
    ['examples', data.examples],
    ['examples', impressionsDeclaration(config)?.from],
    ['validation', data.validation],
    ['test', data.test],
    ['actions', actionsDeclaration(config)?.from],
    ...(data.join ?? []).map(({ from }) => ['join', from] as const),
  ] as const
  const identities = new Map(known.map(({ stamp, identity }) => [stamp, identity]))
  const sources: SourceFile[] = []
  for (const [of, pattern] of patterns) {
    if (pattern === undefined) continue
    for (const file of await findFiles(database, pattern, sourcePlace(config, configDirectory)))
      sources.push({ of, ...(await identify(file, configDirectory, identities)) })
  }
  const content = sources.map(({ of, identity }) => [of, identity])
  return { inputs: sha256(JSON.stringify([settings, content])), settings, sources }
}

const relevantSettings = ({ data, features, model, training }: Config): object => ({
  // Negatives are drawn while training; of files those count that are read.
  data: { ...data, negatives: undefined, exclude: undefined },
  features,
  crosses: declaredCrosses(model),
  head: model?.head,
  seed: training?.seed,
  share: training?.validationShare,
})

/** The fingerprint of prepared data: of its inputs, and of what it extends, since ids go by the order in which days came. */
export const preparedFingerprint = ({ inputs }: Fingerprint, extended: string | null): string =>
  extended === null ? inputs : sha256(JSON.stringify([extended, inputs]))

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Clocks of file systems are coarse: a file may change twice between two of their ticks. */
const settledMilliseconds = 2000

async function identify(
  file: string,
  configDirectory: string,
  known: ReadonlyMap<string, string>,
): Promise<Omit<SourceFile, 'of'>> {
  const path = relative(configDirectory, file)
  const { size, mtimeNs, ctimeNs, ctimeMs } = statSync(file, { bigint: true })
  const isSettled = Date.now() - Number(ctimeMs) > settledMilliseconds
  const stamp = isSettled ? [path, size, mtimeNs, ctimeNs].join(' ') : ''
  const content = async (): Promise<string> =>
    (stamp === '' ? undefined : known.get(stamp)) ?? `${String(size)} ${await checksumFile(file)}`
  const identity = size <= hashedBytes ? await content() : [path, size, mtimeNs].join(' ')
  return { path, identity, stamp }
}
