import { join } from 'node:path'
import { prepare } from '../data/index.js'
import type { AttributionReport } from '../data/index.js'
import type { LoadedConfig } from './config-file.js'

export interface PrepareOptions {
  /** Directory of the prepared data. Default: `.widedeep/prepared` beside the config. */
  readonly out?: string | undefined
  onProgress(text: string): void
}

export interface PreparedSummary {
  readonly directory: string
  readonly isUnchanged: boolean
  readonly rows: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
  readonly fingerprint: string
  /** What became of impressions and actions, where actions make the label. */
  readonly attribution?: AttributionReport
}

/** Where the prepared data of a config lies. */
export const preparedDirectory = (loaded: LoadedConfig): string => join(loaded.directory, '.widedeep', 'prepared')

/** Reads, joins, learns and encodes; does nothing when config and files are those of the last time. */
export async function prepareData(loaded: LoadedConfig, options: PrepareOptions): Promise<PreparedSummary> {
  const directory = options.out ?? preparedDirectory(loaded)
  const prepared = await prepare({
    config: loaded.config,
    configDirectory: loaded.directory,
    outDirectory: directory,
    onProgress: options.onProgress,
  })
  return { directory, ...prepared }
}
