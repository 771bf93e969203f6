/** How a preparation stands to those before and after it: what it takes over from them, and where it leaves what they need. */
import { join } from 'node:path'
import type { FeatureState } from '../../features/index.js'
import { quoteText } from '../../sql/index.js'

/** What `prepared.json` says about the kept tables. */
export interface KeptManifest {
  /** The last moment of the training split: everything up to it is final. */
  readonly until: number
  /** Rows of `kept/rows.parquet`; the first `contextRows` of them are final and there for the label join alone. */
  readonly rows: number
  readonly contextRows: number
  readonly actions: number
}

/** What an extension takes over. */
export interface Earlier {
  /** Prepared data of the days before. */
  readonly directory: string
  readonly kept: KeptManifest
  /** Rows of the training split, all of them final. */
  readonly finalRows: number
  readonly trainFiles: readonly string[]
  readonly state: FeatureState
  /** Action files that were not there the last time. */
  readonly actionFiles: readonly string[]
}

export interface Increment {
  readonly earlier?: Earlier | undefined
  /** Directory for what the next extension needs; without it none can follow. */
  readonly keepIn?: string | undefined
}

/** The folder of the kept tables in a directory of prepared data. */
export const keptFolder = 'kept'

/** A kept table of the days before, as a table expression. */
export const keptTable = ({ directory }: Earlier, name: string): string =>
  `read_parquet(${quoteText(join(directory, keptFolder, `${name}.parquet`))})`

/** A statement that leaves the rows of a query for the next extension. */
export const keepSql = (directory: string, name: string, query: string): string =>
  `COPY (${query}) TO ${quoteText(join(directory, `${name}.parquet`))} (FORMAT parquet, COMPRESSION zstd)`

/** A moment in SQL to its last bit: a plain literal would be a decimal. */
export const momentSql = (moment: number): string => `CAST('${String(moment)}' AS DOUBLE)`

/** Thrown inside of an extension that turns out to be none: everything is then prepared from the beginning. */
export class NoExtension extends Error {
  constructor(readonly reason: string) {
    super(`internal: ${reason}`)
  }
}
