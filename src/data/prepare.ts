/** Preparation: reads, joins, learns and encodes labelled rows once, so that training never touches the source. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { atomicWriteFile, makeDirectory, syncBelow } from '../base/index.js'
import type { Config } from '../features/index.js'
import { allFeatures, rawNames, saveFeatureState } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { openDatabase, quoteText } from '../sql/index.js'
import { judgeBadRows, noBadRows } from './bad-rows.js'
import { writeCatalogue } from './catalogue.js'
import type { AttributionReport } from './attribution.js'
import type { EncodeContext } from './encode-table.js'
import { encodeExamples } from './encode-table.js'
import type { Fingerprint } from './fingerprint.js'
import type { CodeJoins } from './code-joins.js'
import { declaredInput } from './declared-input.js'
import { fingerprintOf, preparedFingerprint, preparedVersion } from './fingerprint.js'
import { earlierDays, takeOverFiles } from './increment/earlier-days.js'
import type { Earlier } from './increment/increment.js'
import { NoExtension, keptFolder } from './increment/increment.js'
import type { Extension } from './increment/plan.js'
import { canGrow, planPreparation } from './increment/plan.js'
import { numberLabels } from './label-classes.js'
import type { LabelledTable } from './labelled-table.js'
import { makeExamples } from './labelled-table.js'
import type { PreparedManifest } from './prepared-manifest.js'
import { encodedFile, manifestFile, readManifest, replaceDirectory, samplesFile } from './prepared-manifest.js'
import { splitNames } from './split-names.js'
import { writeEncoded } from './write-encoded.js'

export interface PrepareOptions {
  readonly config: Config
  /** Relative paths of the config are looked for below WIDEDEEP_DATA, when that is set and has them, and else here. */
  readonly configDirectory: string
  readonly outDirectory: string
  /** Prepares everything from the beginning, whatever is there. Default false. */
  readonly full?: boolean | undefined
  onProgress?(text: string): void
}

export interface PrepareResult {
  /** Nothing was done: config and files are those of the last time. */
  readonly isUnchanged: boolean
  /** Rows of each split. */
  readonly rows: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
  readonly fingerprint: string
  /** What became of impressions and actions, where actions make the label; of an extension, of those that were not final. */
  readonly attribution?: AttributionReport
  /** What was read, where the days before were taken over. */
  readonly extension?: { readonly files: number; readonly rows: number; readonly finalRows: number }
  /** Why the days before were read again. */
  readonly fromTheBeginning?: string
}

/** Prepares the data of a config into a directory, whole or not at all; a crash leaves what was there. */
export async function prepare(options: PrepareOptions): Promise<PrepareResult> {
  const { config, outDirectory } = options
  const last = readManifest(outDirectory)
  const current = await withDatabase(options, (database) => fingerprintOf(database, options, last?.sources))
  if (last?.inputs === current.inputs && last.formatVersion === preparedVersion && options.full !== true)
    return { ...resultOf(last), isUnchanged: true }
  const plan = options.full === true ? ({ kind: 'whole' } as const) : planPreparation(last, current, options)
  const work = (extension: Extension | null): Promise<PreparedManifest> =>
    withDatabase(options, async (database, partial) => {
      const earlier = last && extension ? earlierDays(outDirectory, last, extension) : undefined
      const prepared = await prepareInto(database, partial, { ...options, earlier, extension })
      const fingerprint = preparedFingerprint(current, earlier && last ? last.fingerprint : null)
      const manifest = { formatVersion: preparedVersion, fingerprint, ...current, ...prepared, config }
      if (earlier) takeOverFiles(earlier, partial)
      rmSync(join(partial, 'temporary'), { recursive: true, force: true })
      await syncBelow(partial)
      atomicWriteFile(join(partial, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`)
      replaceDirectory(partial, outDirectory)
      return manifest
    })
  if (plan.kind === 'whole') return finished(await work(null), plan.reason)
  try {
    return finished(await work(plan), undefined)
  } catch (error) {
    if (!(error instanceof NoExtension)) throw error
    return finished(await work(null), error.reason)
  }
}

function finished(manifest: PreparedManifest, fromTheBeginning: string | undefined): PrepareResult {
  const { extension } = manifest
  return {
    ...resultOf(manifest),
    isUnchanged: false,
    ...(extension ? { extension } : {}),
    ...(fromTheBeginning === undefined ? {} : { fromTheBeginning }),
  }
}

/** Works in a fresh directory beside that of the prepared data, and clears away what is left of it. */
async function withDatabase<T>(
  { outDirectory }: PrepareOptions,
  work: (database: Database, partial: string) => Promise<T>,
): Promise<T> {
  const partial = `${outDirectory}.partial-${String(process.pid)}`
  rmSync(partial, { recursive: true, force: true })
  makeDirectory(join(partial, 'temporary'))
  const database = await openDatabase({ temporaryDirectory: join(partial, 'temporary') })
  try {
    return await work(database, partial)
  } finally {
    database.close()
    rmSync(partial, { recursive: true, force: true })
  }
}

function resultOf({ rows, warnings, fingerprint, attribution }: PreparedManifest): Omit<PrepareResult, 'isUnchanged'> {
  return { rows, warnings, fingerprint, ...(attribution ? { attribution } : {}) }
}

type Prepared = Omit<PreparedManifest, 'formatVersion' | 'fingerprint' | keyof Fingerprint | 'config'>

interface Preparation extends PrepareOptions {
  readonly earlier: Earlier | undefined
  readonly extension: Extension | null
}

async function prepareInto(database: Database, directory: string, options: Preparation): Promise<Prepared> {
  const { config, earlier, extension } = options
  const onProgress = options.onProgress ?? ((): void => undefined)
  const badRows = noBadRows()
  const reader = { database, temporaryDirectory: join(directory, 'temporary'), badRows }
  const keepIn = canGrow(config) ? join(directory, keptFolder) : undefined
  if (keepIn !== undefined) makeDirectory(keepIn)
  const increment = { earlier, keepIn }
  onProgress(extension ? 'reading and joining the new examples' : 'reading and joining the examples')
  const input = declaredInput(config, options.configDirectory)
  const files = extension ? { examples: extension.examples } : input.files
  const table = await makeExamples(reader, { ...input, files, increment }, null)
  const labels = await numberLabels({ database, config, badRows }, earlier?.state.labels)
  const { columns, lists } = table
  const context: EncodeContext = { database, config, columns, lists, badRows, labels, increment, onProgress }
  const { state, codes } = await encodeExamples(context, null)
  const warnings = [...table.warnings, ...judgeBadRows(badRows, table.rowCount, config.data.format?.badRows)]
  onProgress('writing the encoded examples')
  saveFeatureState(join(directory, 'feature-state'), state)
  const { rows, files: written } = await writeSplits(context, directory, { codes, earlier })
  const catalogue = await writeCatalogue(context, table.histories, directory)
  if (!earlier) await writeSamples(context, join(directory, samplesFile))
  if (rows['train'] === 0) warnings.push('the training split has no rows')
  return { rows, files: written, warnings, catalogue, ...reportOf(table, options) }
}

function reportOf(
  { attribution, kept, readRows }: LabelledTable,
  { earlier, extension }: Preparation,
): Pick<PreparedManifest, 'attribution' | 'kept' | 'extension'> {
  const files = extension ? extension.examples.length + extension.actions.length : 0
  return {
    ...(attribution ? { attribution } : {}),
    ...(kept ? { kept } : {}),
    ...(earlier ? { extension: { files, rows: readRows, finalRows: earlier.finalRows } } : {}),
  }
}

/** Writes the rows at hand; those of the training split come behind the parts that are there. */
async function writeSplits(
  { database, config, columns }: EncodeContext,
  directory: string,
  { codes, earlier }: { codes: CodeJoins; earlier: Earlier | undefined },
): Promise<Pick<PreparedManifest, 'rows' | 'files'>> {
  const rows: Record<string, number> = {}
  const files: Record<string, string[]> = {}
  for (const split of splitNames) {
    const [before, finalRows] = split === 'train' && earlier ? [earlier.trainFiles, earlier.finalRows] : [[], 0]
    const firstRow = split === 'train' && earlier ? await rowsBehind(database, earlier) : 0
    const file = encodedFile(split, before.length)
    const path = join(directory, file)
    rows[split] = finalRows + (await writeEncoded(database, { config, columns, codes }, { split, path, firstRow }))
    files[split] = [...before, ...(rows[split] === finalRows && before.length > 0 ? [] : [file])]
  }
  return { rows, files }
}

/** The first place behind all rows of the training parts. */
async function rowsBehind(database: Database, { directory, trainFiles }: Earlier): Promise<number> {
  const paths = trainFiles.map((file) => quoteText(join(directory, file))).join(', ')
  const [row] = await database.rows(`SELECT coalesce(max(row), -1) + 1 AS first FROM read_parquet([${paths}])`)
  return Number(row?.['first'] ?? 0)
}

/** Raw rows for golden requests. */
const sampleCount = 256

/** The first raw rows of the training split, for golden requests. */
async function writeSamples({ database, config, columns }: EncodeContext, path: string): Promise<void> {
  const features = allFeatures(config)
  const names = rawNames(Object.keys(features), features)
  const select = names.map((name, index) => `${columns.get(name) ?? 'NULL'} AS f${String(index)}`)
  const first = `SELECT * FROM examples WHERE __split = 'train' ORDER BY __row LIMIT ${String(sampleCount)}`
  const rows = await database.rows(`SELECT ${select.join(', ')} FROM (${first}) AS examples ORDER BY __row`)
  const named = rows.map((row) =>
    Object.fromEntries(names.map((name, index) => [name, row[`f${String(index)}`] ?? null])),
  )
  atomicWriteFile(path, `${JSON.stringify(named)}\n`)
}
