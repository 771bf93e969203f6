import { join } from 'node:path'
import { prepare } from '../data/index.js'
import type { AttributionReport } from '../data/index.js'
import type { LoadedConfig } from './config-file.js'

export interface PrepareOptions {
  /** Directory of the prepared data. Default: `.widedeep/prepared` beside the config. */
  readonly out?: string | undefined
  /** Prepares from the beginning, whatever is there. Default false: files that were read are not read again where that can be. */
  readonly full?: boolean | undefined
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
  /** Files and rows that were read, where `finalRows` training rows of the days before were taken over. */
  readonly extension?: { readonly files: number; readonly rows: number; readonly finalRows: number }
  /** Why the days before were read again. */
  readonly fromTheBeginning?: string
}

/** Where the prepared data of a config lies. */
export const preparedDirectory = (loaded: LoadedConfig): string => join(loaded.directory, '.widedeep', 'prepared')

/** Reads, joins, learns and encodes; reads new files alone where the others can stay, and does nothing when nothing is new. */
export async function prepareData(loaded: LoadedConfig, options: PrepareOptions): Promise<PreparedSummary> {
  const directory = options.out ?? preparedDirectory(loaded)
  const prepared = await prepare({
    config: loaded.config,
    configDirectory: loaded.directory,
    outDirectory: directory,
    full: options.full,
    onProgress: options.onProgress,
  })
  return { directory, ...prepared }
}
