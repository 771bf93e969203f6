/** Prepared data of the configs of a comparison: each data set once, and the same rows to compare on. */
import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { openPrepared } from '../data/index.js'
import type { EncodedDataset, PreparedData } from '../data/index.js'
import type { ScoredRows } from '../evaluation/index.js'
import type { CrossDeclaration } from '../features/index.js'
import { declaredCrosses } from '../features/index.js'
import { heads } from '../model/index.js'
import type { LoadedConfig } from './config-file.js'
import { compareRowsDiffer, compareSplitEmpty } from './errors.js'
import { prepareData } from './prepare.js'
import { placed, rowsPerBlock } from './validation.js'

/** A config of a comparison with its prepared data. */
export interface ComparedData {
  /** Short name of the config; empty where there is only one. */
  readonly label: string
  readonly loaded: LoadedConfig
  readonly data: PreparedData
  readonly fingerprint: string
}

export interface ComparedDataOptions {
  /** Where data that several configs share is prepared. */
  readonly out: string
  warn?(text: string): void
  onProgress?(text: string): void
}

/** A data set: configs that differ in nothing that preparation looks at, except which crosses they declare. */
interface DataGroup {
  readonly key: string
  readonly members: LoadedConfig[]
  readonly crosses: Map<string, CrossDeclaration>
}

/** Prepares each data set once, with the crosses of every config that uses it. */
export async function prepareCompared(
  configs: readonly LoadedConfig[],
  options: ComparedDataOptions,
): Promise<ComparedData[]> {
  const prepared = new Map<LoadedConfig, ComparedData>()
  const labels = labelsOf(configs)
  for (const group of groupsOf(configs)) {
    const { directory, fingerprint, warnings } = await prepareGroup(group, configs.length, options)
    for (const warning of warnings) options.warn?.(warning)
    const data = openPrepared(directory)
    for (const loaded of group.members)
      prepared.set(loaded, { label: labels.get(loaded) ?? '', loaded, data, fingerprint })
  }
  return configs.flatMap((loaded) => prepared.get(loaded) ?? [])
}

async function prepareGroup(
  { members, crosses, key }: DataGroup,
  configCount: number,
  { out, onProgress }: ComparedDataOptions,
): ReturnType<typeof prepareData> {
  const [first] = members
  if (!first) throw new Error('internal: a data set without configs')
  const model = { ...first.config.model, wide: { crosses: [...crosses.values()] } }
  // A single config uses what `train` has prepared; several in one folder would overwrite each other's there.
  const directory = configCount === 1 ? undefined : join(out, 'prepared', key)
  const loaded = configCount === 1 ? first : { ...first, config: { ...first.config, model } }
  return prepareData(loaded, { out: directory, onProgress: onProgress ?? ((): void => undefined) })
}

function groupsOf(configs: readonly LoadedConfig[]): DataGroup[] {
  const groups: DataGroup[] = []
  for (const loaded of configs) {
    const crosses = declaredCrosses(loaded.config.model)
    const key = dataKey(loaded)
    let group = groups.find((one) => one.key.startsWith(key) && agrees(one, crosses))
    if (!group) groups.push((group = { key: `${key}-${String(groups.length)}`, members: [], crosses: new Map() }))
    group.members.push(loaded)
    for (const cross of crosses) group.crosses.set(cross.name, cross)
  }
  return groups
}

/** Everything but the crosses that preparation depends on. */
function dataKey({ config, directory }: LoadedConfig): string {
  const { data, features, model, training } = config
  const relevant = [directory, data, features, model?.head, training?.seed, training?.validationShare]
  return createHash('sha256').update(JSON.stringify(relevant)).digest('hex').slice(0, 12)
}

/** Whether crosses of one name are declared alike. */
function agrees({ crosses }: DataGroup, others: readonly CrossDeclaration[]): boolean {
  return others.every((cross) => JSON.stringify(crosses.get(cross.name) ?? cross) === JSON.stringify(cross))
}

/** The shortest names that tell the configs apart: of the file, of its folder, or the whole path. */
function labelsOf(configs: readonly LoadedConfig[]): Map<LoadedConfig, string> {
  if (configs.length === 1) return new Map()
  const stem = (path: string): string => basename(path).replace(/(\.config)?\.[cm]?[jt]s$/, '')
  const namings = [stem, (path: string) => basename(dirname(path)), (path: string) => path]
  const isDistinct = (name: (path: string) => string): boolean =>
    new Set(configs.map(({ path }) => name(path))).size === configs.length
  const name = namings.find(isDistinct)
  return new Map(configs.map((loaded, index) => [loaded, name?.(loaded.path) ?? `config ${String(index + 1)}`]))
}

/** Labels, weights and groups of the split that all configs are compared on; throws where their rows differ. */
export async function comparedRows(
  configs: readonly ComparedData[],
  split: string,
): Promise<Omit<ScoredRows, 'scores'>> {
  const [first, ...others] = configs
  if (!first) throw new Error('internal: a comparison without configs')
  const dataset = first.data.split(split)
  if (dataset.rowCount === 0) throw compareSplitEmpty({ split })
  const rows = await labelsAndWeights(dataset)
  for (const { loaded, data } of others) {
    const own = data === first.data ? rows : await labelsAndWeights(data.split(split))
    const isSameHead = (loaded.config.model?.head ?? 'binary') === (first.loaded.config.model?.head ?? 'binary')
    const isSameClasses = String(data.featureState.labels) === String(first.data.featureState.labels)
    if (!isSameHead || !isSameClasses || !isEqual(own.labels, rows.labels) || !isEqual(own.weights, rows.weights))
      throw compareRowsDiffer({ split, first: first.loaded.path, other: loaded.path })
  }
  const groups = await dataset.groups()
  const classes = first.data.featureState.labels ?? []
  const head = heads[first.loaded.config.model?.head ?? 'binary']
  const widths = { width: head.logitWidth(classes), labelWidth: head.labelWidth(classes) }
  return { ...rows, ...widths, ...(groups ? { groups } : {}) }
}

async function labelsAndWeights(dataset: EncodedDataset): Promise<{ labels: Float32Array; weights: Float32Array }> {
  let labels = new Float32Array(dataset.rowCount)
  const weights = new Float32Array(dataset.rowCount)
  for (let first = 0; first < dataset.rowCount; first += rowsPerBlock) {
    const block = await dataset.readBlock(first, rowsPerBlock)
    labels = placed(labels, block.labels, { first, count: block.rowCount, rowCount: dataset.rowCount })
    weights.set(block.weights, first)
  }
  return { labels, weights }
}

const isEqual = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index])
