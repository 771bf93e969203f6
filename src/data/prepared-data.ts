/** What a preparation left on disk, opened for training and evaluation. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config, EncodedColumn, FeatureState, RawValue } from '../features/index.js'
import { createEncoder, loadFeatureState } from '../features/index.js'
import type { EncodedDataset } from './encoded-dataset.js'
import { openDataset } from './encoded-dataset.js'
import { preparedMissing, preparedVersionUnknown } from './errors.js'
import { preparedVersion } from './fingerprint.js'
import { relevantSql } from './label-relevance.js'
import { encodedFile, readManifest, samplesFile } from './prepared-manifest.js'

export interface PreparedData {
  readonly directory: string
  /** The config that was prepared; only `data`, `features` and crosses are sure to be the current ones. */
  readonly config: Config
  readonly featureState: FeatureState
  readonly columns: readonly EncodedColumn[]
  readonly warnings: readonly string[]
  /** `train`, `validation` or `test`; a split without rows, or an unknown one, is empty. */
  split(name: string): EncodedDataset
  /** The first raw rows of the training split, at most 256. */
  sampleRows(count: number): Promise<Record<string, RawValue>[]>
  /** Names of the files in `directory` that say what items and users there are. */
  catalogueFiles(): readonly string[]
  close(): void
}

/** Opens a directory of prepared data; `memoryBudget` is in bytes for each split, 1 GiB by default. */
export function openPrepared(directory: string, options: { memoryBudget?: number } = {}): PreparedData {
  const manifest = readManifest(directory)
  if (!manifest) throw preparedMissing({ directory })
  if (manifest.formatVersion !== preparedVersion)
    throw preparedVersionUnknown({ directory, version: manifest.formatVersion })
  const { config, rows, files, warnings, catalogue } = manifest
  const keys = { user: config.data.user !== undefined, item: config.data.item !== undefined }
  const featureState = loadFeatureState(join(directory, 'feature-state'))
  const relevant = relevantSql(config, 'label', featureState.labels)
  const encoder = createEncoder(config, featureState)
  const { columns } = encoder
  const datasets = new Map<string, EncodedDataset>()
  const open = (name: string): EncodedDataset => {
    const paths = (files[name] ?? [encodedFile(name)]).map((file) => join(directory, file))
    const dataset = openDataset({ paths, rowCount: rows[name] ?? 0, encoder, keys, relevant }, options)
    datasets.set(name, dataset)
    return dataset
  }
  return {
    directory,
    config,
    columns,
    warnings,
    featureState,
    split: (name) => datasets.get(name) ?? open(name),
    sampleRows: (count) =>
      Promise.resolve(
        (JSON.parse(readFileSync(join(directory, samplesFile), 'utf8')) as Record<string, RawValue>[]).slice(0, count),
      ),
    catalogueFiles: () => catalogue,
    close: () => {
      for (const dataset of datasets.values()) dataset.close()
    },
  }
}
