/** What `prepared.json` says, and how a directory of prepared data takes the place of the last one. */
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeDirectory } from '../base/index.js'
import type { Config } from '../features/index.js'
import type { AttributionReport } from './attribution.js'
import type { Fingerprint } from './fingerprint.js'
import type { KeptManifest } from './increment/increment.js'

export interface PreparedManifest extends Fingerprint {
  readonly formatVersion: number
  /** Differs wherever the encoded data may. */
  readonly fingerprint: string
  readonly rows: Readonly<Record<string, number>>
  /** Encoded files of each split, in the order of their rows. */
  readonly files: Readonly<Record<string, readonly string[]>>
  readonly warnings: readonly string[]
  readonly catalogue: readonly string[]
  readonly config: Config
  readonly attribution?: AttributionReport
  /** What an extension can go on from. */
  readonly kept?: KeptManifest
  /** What was read, where the days before were taken over. */
  readonly extension?: { readonly files: number; readonly rows: number; readonly finalRows: number }
}

export const manifestFile = 'prepared.json'
export const samplesFile = 'sample-rows.json'

/** The file of a split, or of a part of it that came later. */
export const encodedFile = (split: string, part = 0): string =>
  `encoded-${split}${part === 0 ? '' : `-${String(part)}`}.parquet`

/** The manifest of a directory of prepared data, or `null`. */
export function readManifest(directory: string): PreparedManifest | null {
  const path = join(directory, manifestFile)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as PreparedManifest) : null
}

/** Puts a whole directory in the place of another. */
export function replaceDirectory(from: string, to: string): void {
  const old = `${to}.old-${String(process.pid)}`
  makeDirectory(dirname(to))
  if (existsSync(to)) renameSync(to, old)
  renameSync(from, to)
  rmSync(old, { recursive: true, force: true })
}
