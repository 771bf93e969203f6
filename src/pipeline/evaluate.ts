/** Evaluation of a bundle as loaded from disk: the code path that serves. */
import { resolve } from 'node:path'
import { encodeFiles, encodeSplit, openPrepared } from '../data/index.js'
import type { EncodedDataset, EncodedFiles, PreparedData } from '../data/index.js'
import { evaluatePointwise, metricDescription } from '../evaluation/index.js'
import { openBundle } from '../model/index.js'
import type { Bundle } from '../model/index.js'
import { openCatalogue } from './catalogue.js'
import type { LoadedConfig } from './config-file.js'
import { foreignColumn } from './foreign-column.js'
import { rowConfig } from './gate-rows.js'
import { prepareData } from './prepare.js'
import { evaluateRankedLists } from './ranked-lists.js'
import type { Reliability, ReliabilityOptions } from './reliability.js'
import { reliabilityOf } from './reliability.js'
import type { RecallReport } from './retrieval/recall.js'
import { retrievalRecall } from './retrieval/recall.js'
import { isRawColumn } from './segments.js'
import { scoreSplit } from './validation.js'

export interface EvaluateOptions {
  readonly bundle: string
  /** Labelled files, instead of a prepared split. */
  readonly files?: readonly string[] | undefined
  readonly loaded?: LoadedConfig | undefined
  readonly split?: string | undefined
  readonly isRanking?: boolean
  readonly k?: number
  readonly reliability?: ReliabilityOptions | undefined
  onProgress?(text: string): void
}

export interface EvaluateResult {
  readonly bundle: string
  readonly source: string
  readonly rows: number
  readonly metrics: Readonly<Record<string, number | null>>
  /** How to read each metric. */
  readonly descriptions: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
  readonly reliability?: Reliability
  /** How much of what users liked the candidate sources bring. */
  readonly retrieval?: RecallReport
}

/** Scores a bundle on files or on a split of its prepared data. */
export async function evaluateBundle(options: EvaluateOptions): Promise<EvaluateResult> {
  return options.files ? evaluateFiles(options, options.files) : evaluatePreparedSplit(options)
}

async function evaluateFiles(
  { bundle: directory, loaded, reliability }: EvaluateOptions,
  files: readonly string[],
): Promise<EvaluateResult> {
  const bundle = await openBundle(directory, { threads: 2 })
  try {
    const encoded = await encodeFiles({
      config: bundle.config,
      // Tables to join lie where the config says; without one, where the command runs.
      configDirectory: loaded?.directory ?? process.cwd(),
      state: bundle.featureState,
      files: files.map((file) => resolve(file)),
      keep: rawColumn(bundle, reliability?.by),
    })
    const judged = await judge({ bundle, ...encoded, reliability }).finally(encoded.close)
    return evaluation({
      bundle: directory,
      source: files.join(', '),
      rows: encoded.dataset.rowCount,
      ...judged,
      warnings: encoded.warnings,
    })
  } finally {
    await bundle.close()
  }
}

async function evaluatePreparedSplit(options: EvaluateOptions): Promise<EvaluateResult> {
  const { loaded } = options
  if (!loaded) throw new Error('internal: a split needs a config')
  const prepared = await prepareData(loaded, { onProgress: options.onProgress ?? ((): void => undefined) })
  const data = openPrepared(prepared.directory)
  const split = options.split ?? (data.split('test').rowCount > 0 ? 'test' : 'validation')
  const { isRanking = false, k = 10, reliability } = options
  const bundle = await openBundle(options.bundle, { threads: 2 })
  try {
    // A bundle of another day has other vocabularies: its rows must be encoded with its own.
    const own = foreignColumn(bundle, data) === undefined ? null : await ownRows(bundle, loaded, split)
    const dataset = own?.dataset ?? data.split(split)
    const result = await evaluateOpenBundle(bundle, { data, split, dataset, isRanking, k, reliability }).finally(
      own?.close,
    )
    const retrieval = await retrievalRecall({ bundle, data, split })
    return retrieval ? { ...result, retrieval } : result
  } finally {
    await bundle.close()
  }
}

/** Rows of a split of the config's data as the bundle itself encodes them. */
const ownRows = ({ config, featureState: state }: Bundle, loaded: LoadedConfig, split: string): Promise<EncodedFiles> =>
  encodeSplit({ config: rowConfig(config, loaded), configDirectory: loaded.directory, state, split })

export interface EvaluateSplit {
  readonly data: PreparedData
  readonly split: string
  readonly isRanking?: boolean
  readonly k?: number
  readonly reliability?: ReliabilityOptions | undefined
  /** The rows of the split, where the prepared ones were encoded with other vocabularies than the bundle's. */
  readonly dataset?: EncodedDataset
}

/** Scores an open bundle on a split of open prepared data. */
export async function evaluateOpenBundle(
  bundle: Bundle,
  { data, split, dataset = data.split(split), isRanking, k, reliability }: EvaluateSplit,
): Promise<EvaluateResult> {
  const judged = dataset.rowCount > 0 ? await judge({ bundle, dataset, kept: null, reliability }) : { metrics: {} }
  const ranked = isRanking
    ? await evaluateRankedLists({ catalogue: await openCatalogue(bundle), data, split, k: k ?? 10 })
    : {}
  return evaluation({
    bundle: bundle.directory,
    source: `the ${split} split`,
    rows: dataset.rowCount,
    ...judged,
    metrics: { ...judged.metrics, ...ranked },
    warnings: [],
  })
}

interface Judging {
  readonly bundle: Bundle
  readonly dataset: EncodedDataset
  readonly kept: readonly (string | null)[] | null
  readonly reliability: ReliabilityOptions | undefined
}

/** Metrics of every row, and where it is asked for, reliability. */
async function judge({
  bundle,
  dataset,
  kept,
  reliability,
}: Judging): Promise<Pick<EvaluateResult, 'metrics' | 'reliability'>> {
  const scored = await scoreSplit(dataset, (features) => bundle.predict(features))
  const groups = await dataset.groups()
  const metrics = evaluatePointwise(bundle.model.head, { ...scored, ...(groups ? { groups } : {}) })
  if (!reliability) return { metrics }
  return { metrics, reliability: await reliabilityOf({ bundle, dataset, scored, kept }, reliability) }
}

/** What the files must be read for beside the columns of the config. */
function rawColumn(bundle: Bundle, column: string | undefined): { column: string; path: string } | undefined {
  return column !== undefined && isRawColumn(bundle, column) ? { column, path: '--by' } : undefined
}

function evaluation(result: Omit<EvaluateResult, 'descriptions'>): EvaluateResult {
  const names = Object.keys(result.metrics)
  return { ...result, descriptions: Object.fromEntries(names.map((name) => [name, metricDescription(name)])) }
}
