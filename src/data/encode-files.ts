/** Labelled rows encoded with what an earlier preparation learned: what `evaluate --data` scores, and what the gate compares on. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config, FeatureState } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { openDatabase } from '../sql/index.js'
import type { ExamplesInput } from './examples.js'
import { judgeBadRows, noBadRows } from './bad-rows.js'
import { encodeExamples } from './encode-table.js'
import { declaredInput } from './declared-input.js'
import type { EncodedDataset } from './encoded-dataset.js'
import { openDataset } from './encoded-dataset.js'
import { numberLabels } from './label-classes.js'
import { relevantSql } from './label-relevance.js'
import { makeExamples } from './labelled-table.js'
import { writeEncoded } from './write-encoded.js'

export interface EncodeFilesOptions {
  readonly config: Config
  readonly configDirectory: string
  readonly state: FeatureState
  /** Paths or globs; relative ones as in a config. */
  readonly files: readonly string[]
  /** A raw column whose cells are wanted beside the encoded rows, and what asked for it. */
  readonly keep?: { readonly column: string; readonly path: string } | undefined
}

export interface EncodedFiles {
  readonly dataset: EncodedDataset
  readonly warnings: readonly string[]
  /** The cells of the column to keep, one text per row; `null` without such a column. */
  readonly kept: readonly (string | null)[] | null
  /** Removes the encoded copy. */
  close(): Promise<void>
}

export interface EncodeSplitOptions extends Omit<EncodeFilesOptions, 'files'> {
  /** `train`, `validation` or `test` of the data that the config declares. */
  readonly split: string
}

/** Encodes labelled files; tables are joined as the config says, and histories see the rows of these files only. */
export function encodeFiles({ files, ...options }: EncodeFilesOptions): Promise<EncodedFiles> {
  const { config, configDirectory, keep } = options
  const input = { config, configDirectory, files: { examples: files }, keep }
  return encodeInput({ ...options, split: 'test' }, input, 'test')
}

/** Encodes one split of a config's own data; histories see the rows before, of whatever split. */
export function encodeSplit(options: EncodeSplitOptions): Promise<EncodedFiles> {
  return encodeInput(options, { ...declaredInput(options.config, options.configDirectory), keep: options.keep }, null)
}

/** `only`: the split that all rows are put into, or `null` for the config's splits. */
async function encodeInput(
  { config, state, keep, split }: EncodeSplitOptions,
  input: ExamplesInput,
  only: string | null,
): Promise<EncodedFiles> {
  const directory = mkdtempSync(join(tmpdir(), 'widedeep-encoded-'))
  const remove = (): void => {
    rmSync(directory, { recursive: true, force: true })
  }
  const database = await openDatabase({ temporaryDirectory: join(directory, 'temporary') })
  try {
    const badRows = noBadRows()
    const reader = { database, temporaryDirectory: directory, badRows }
    const table = await makeExamples(reader, input, only)
    const labels = await numberLabels({ database, config, badRows }, state.labels)
    const { columns, lists } = table
    const context = { database, config, columns, lists, badRows, labels, onProgress: (): void => undefined }
    const { encoder, codes } = await encodeExamples(context, state)
    const path = join(directory, 'encoded.parquet')
    const rowCount = await writeEncoded(database, { config, columns, codes }, { split, path })
    const keys = { user: config.data.user !== undefined, item: config.data.item !== undefined }
    const relevant = relevantSql(config, 'label', labels)
    const dataset = openDataset({ paths: [path], rowCount, encoder, keys, relevant })
    const kept = keep ? await cellsOf(database, columns.get(keep.column) ?? 'NULL', split) : null
    const warnings = [...table.warnings, ...judgeBadRows(badRows, table.rowCount, config.data.format?.badRows)]
    const close = (): Promise<void> => {
      dataset.close()
      remove()
      return Promise.resolve()
    }
    return { dataset, warnings, kept, close }
  } catch (error) {
    remove()
    throw error
  } finally {
    database.close()
  }
}

/** The cells of a column of `examples` as texts, in the order of the encoded rows. */
async function cellsOf(database: Database, cell: string, split: string): Promise<(string | null)[]> {
  const rows = await database.rows(
    `SELECT CAST(${cell} AS VARCHAR) AS cell FROM examples WHERE __split = '${split}' ORDER BY __row`,
  )
  return rows.map((row) => (typeof row['cell'] === 'string' ? row['cell'] : null))
}
