/** Writes what sources read, from a log of the training split. */
import type { Config } from '../features/index.js'
import { writeJson } from './index-files.js'
import type { RetrievalLog } from './retrieval-log.js'
import { sourceKinds } from './sources/index.js'

/** The folder of a bundle with its indexes, and the files of it that belong to no source. */
export const indexFolder = 'retrieval'
export const versionFile = 'retrieval.json'
export const itemsFile = 'items.json'
export const retrievalVersion = 1

/** Writes the index of every source into a directory. */
export function buildIndexes(log: RetrievalLog, directory: string): void {
  writeJson(directory, itemsFile, log.itemKeys)
  for (const kind of sourceKinds) kind.build?.(log, directory)
  writeJson(directory, versionFile, { formatVersion: retrievalVersion })
}

/** Whether any source that reads the two towers has a share of the candidates. */
export function needsTowers({ retrieval }: Pick<Config, 'retrieval'>): boolean {
  const declared: Readonly<Record<string, number>> = retrieval?.sources ?? {}
  return sourceKinds.some((kind) => kind.readsTowers === true && (declared[kind.name] ?? kind.share) > 0)
}
