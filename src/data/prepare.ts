/** Preparation: reads, joins, learns and encodes labelled rows once, so that training never touches the source. */
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { atomicWriteFile, makeDirectory } from '../base/index.js'
import type { Config } from '../features/index.js'
import { allFeatures, rawNames, saveFeatureState } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { openDatabase } from '../sql/index.js'
import { judgeBadRows, noBadRows } from './bad-rows.js'
import { writeCatalogue } from './catalogue.js'
import type { AttributionReport } from './attribution.js'
import type { EncodeContext } from './encode-table.js'
import { encodeExamples } from './encode-table.js'
import { declaredInput } from './declared-input.js'
import { fingerprintOf, preparedVersion } from './fingerprint.js'
import { numberLabels } from './label-classes.js'
import { makeExamples } from './labelled-table.js'
import { splitNames } from './splits.js'
import { writeEncoded } from './write-encoded.js'

export interface PrepareOptions {
  readonly config: Config
  /** Relative paths of the config are looked for below WIDEDEEP_DATA, when that is set and has them, and else here. */
  readonly configDirectory: string
  readonly outDirectory: string
  onProgress?(text: string): void
}

export interface PrepareResult {
  /** Nothing was done: config and files are those of the last time. */
  readonly isUnchanged: boolean
  /** Rows of each split. */
  readonly rows: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
  readonly fingerprint: string
  /** What became of impressions and actions, where actions make the label. */
  readonly attribution?: AttributionReport
}

/** What `prepared.json` says. */
export interface PreparedManifest {
  readonly formatVersion: number
  readonly fingerprint: string
  readonly rows: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
  readonly catalogue: readonly string[]
  readonly config: Config
  readonly attribution?: AttributionReport
}

export const manifestFile = 'prepared.json'
export const samplesFile = 'sample-rows.json'
export const encodedFile = (split: string): string => `encoded-${split}.parquet`
const sampleCount = 256

/** Prepares the data of a config into a directory, whole or not at all; a crash leaves what was there. */
export async function prepare(options: PrepareOptions): Promise<PrepareResult> {
  const { config, configDirectory, outDirectory } = options
  const partial = `${outDirectory}.partial-${String(process.pid)}`
  rmSync(partial, { recursive: true, force: true })
  makeDirectory(join(partial, 'temporary'))
  const database = await openDatabase({ temporaryDirectory: join(partial, 'temporary') })
  try {
    const fingerprint = await fingerprintOf(database, config, configDirectory)
    const last = readManifest(outDirectory)
    if (last?.fingerprint === fingerprint && last.formatVersion === preparedVersion) {
      return { ...resultOf(last), isUnchanged: true }
    }
    const prepared = await prepareInto(database, partial, options)
    const manifest: PreparedManifest = { formatVersion: preparedVersion, fingerprint, ...prepared, config }
    atomicWriteFile(join(partial, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`)
    rmSync(join(partial, 'temporary'), { recursive: true, force: true })
    replaceDirectory(partial, outDirectory)
    return { ...resultOf(manifest), isUnchanged: false }
  } finally {
    database.close()
    rmSync(partial, { recursive: true, force: true })
  }
}

function resultOf({ rows, warnings, fingerprint, attribution }: PreparedManifest): Omit<PrepareResult, 'isUnchanged'> {
  return { rows, warnings, fingerprint, ...(attribution ? { attribution } : {}) }
}

/** The manifest of a directory of prepared data, or `null`. */
export function readManifest(directory: string): PreparedManifest | null {
  const path = join(directory, manifestFile)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as PreparedManifest) : null
}

type Prepared = Pick<PreparedManifest, 'rows' | 'warnings' | 'catalogue' | 'attribution'>

async function prepareInto(database: Database, directory: string, options: PrepareOptions): Promise<Prepared> {
  const { config } = options
  const onProgress = options.onProgress ?? ((): void => undefined)
  const badRows = noBadRows()
  const reader = { database, temporaryDirectory: join(directory, 'temporary'), badRows }
  onProgress('reading and joining the examples')
  const table = await makeExamples(reader, declaredInput(config, options.configDirectory), null)
  const labels = await numberLabels({ database, config, badRows }, undefined)
  const context: EncodeContext = { database, config, columns: table.columns, badRows, labels, onProgress }
  const { state, codes } = await encodeExamples(context, null)
  const warnings = [...table.warnings, ...judgeBadRows(badRows, table.rowCount, config.data.format?.badRows)]
  onProgress('writing the encoded examples')
  saveFeatureState(join(directory, 'feature-state'), state)
  const rows: Record<string, number> = {}
  for (const split of splitNames) {
    rows[split] = await writeEncoded(
      database,
      { config, columns: table.columns, codes },
      { split, path: join(directory, encodedFile(split)) },
    )
  }
  const catalogue = await writeCatalogue(context, table.histories, directory)
  await writeSamples(context, join(directory, samplesFile))
  if (rows['train'] === 0) warnings.push('the training split has no rows')
  const { attribution } = table
  return { rows, warnings, catalogue, ...(attribution ? { attribution } : {}) }
}

/** The first raw rows of the training split, for golden requests. */
async function writeSamples({ database, config, columns }: EncodeContext, path: string): Promise<void> {
  const features = allFeatures(config)
  const names = rawNames(Object.keys(features), features)
  const select = names.map((name, index) => `${columns.get(name) ?? 'NULL'} AS f${String(index)}`)
  const rows = await database.rows(
    `SELECT ${select.join(', ')} FROM examples WHERE __split = 'train' ORDER BY __row LIMIT ${String(sampleCount)}`,
  )
  const named = rows.map((row) =>
    Object.fromEntries(names.map((name, index) => [name, row[`f${String(index)}`] ?? null])),
  )
  atomicWriteFile(path, `${JSON.stringify(named)}\n`)
}

function replaceDirectory(from: string, to: string): void {
  const old = `${to}.old-${String(process.pid)}`
  makeDirectory(dirname(to))
  if (existsSync(to)) renameSync(to, old)
  renameSync(from, to)
  rmSync(old, { recursive: true, force: true })
}
