/**
 * The bundle: the directory a model is shipped as (docs/file-formats.md). What scoring loads stands at the top; the optimizers'
 * state lies in `training-state/` under a manifest of its own and is never opened here.
 */
import { cpSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { makeDirectory, readLargeFile, writeLargeFile } from '../base/index.js'
import type { Calibration, LearnedCalibration } from '../calibration/index.js'
import type { Config, EncodedFeatures, Encoder, FeatureState, RawValue } from '../features/index.js'
import { createEncoder, loadFeatureState, saveFeatureState } from '../features/index.js'
import { readConstants } from '../graph/index.js'
import type { TensorData } from '../graph/index.js'
import { createShardedTable, createTableMemories } from '../tables/index.js'
import type { ShardedTable, ShardedTableOptions, TableMemories } from '../tables/index.js'
import { calibrationContent, readCalibrationFile, writeCalibrationFile } from './calibration-file.js'
import { tableWrong } from './errors.js'
import type { InputLayout, TableSpec } from './input-layout.js'
import { layoutInputs } from './input-layout.js'
import { createInputStage } from './input-stage.js'
import type { InputStage } from './input-stage.js'
import { createNetwork } from './network.js'
import { readManifest, writeManifest } from './manifest.js'
import type { ResolvedModel } from './model-spec.js'
import { resolveModel } from './model-spec.js'
import type { Scorer } from './scorer.js'
import { openScorer } from './scorer.js'
import { splitModel } from './split-model.js'
import type { SplitModel } from './split-model.js'

/** A request whose score is known: what the dry run repeats. */
export interface GoldenRequest {
  readonly row: Readonly<Record<string, RawValue>>
  readonly score: number
}

export interface BundleParts {
  readonly config: Config
  readonly featureState: FeatureState
  /** The inference graph with built-in dense weights. */
  readonly onnx: Uint8Array
  readonly tables: Iterable<{ readonly spec: TableSpec; readWeights(first: number, count: number): Float32Array }>
  readonly golden: readonly GoldenRequest[]
  readonly calibration: LearnedCalibration | null
  /** Directory of the checkpoint that the weights come from. */
  readonly trainingState: string | null
  /** Files with the items and users of the training data, copied to `catalogue/`. */
  readonly catalogue: readonly string[]
  /** Directory with the indexes that candidates are found in, copied to `retrieval/`. */
  readonly retrieval: string | null
}

/** Rows written or read at once: bounds the copy in which weights lie close, without optimizer state and padding. */
const rowsAtOnce = 1 << 16

/** Writes a bundle beside its place and renames it there, so that a directory with a manifest is always whole. */
export async function writeBundle(directory: string, parts: BundleParts): Promise<void> {
  const partial = `${directory}.partial-${String(process.pid)}`
  rmSync(partial, { recursive: true, force: true })
  makeDirectory(join(partial, 'tables'))
  writeLargeFile(join(partial, 'model.onnx'), [parts.onnx])
  writeJson(join(partial, 'config.json'), parts.config)
  writeJson(join(partial, 'golden.json'), parts.golden)
  writeCalibrationFile(partial, parts.calibration)
  saveFeatureState(join(partial, 'feature-state'), parts.featureState)
  const tables: TableSpec[] = []
  for (const { spec, readWeights } of parts.tables) {
    tables.push(spec)
    writeLargeFile(join(partial, tableFile(spec.name)), weightChunks(spec, readWeights))
  }
  if (parts.trainingState) cpSync(parts.trainingState, join(partial, 'training-state'), { recursive: true })
  for (const file of parts.catalogue) cpSync(file, join(partial, 'catalogue', basename(file)))
  if (parts.retrieval !== null) cpSync(parts.retrieval, join(partial, 'retrieval'), { recursive: true })
  await writeManifest(partial, { kind: 'bundle', tables, ...calibrationContent(parts.calibration) })
  rmSync(directory, { recursive: true, force: true })
  renameSync(partial, directory)
}

export interface Bundle extends Scorer {
  readonly directory: string
  readonly config: Config
  readonly model: ResolvedModel
  readonly encoder: Encoder
  readonly featureState: FeatureState
  readonly tables: readonly TableSpec[]
  readonly layout: InputLayout
  readonly golden: readonly GoldenRequest[]
  readonly calibration: Calibration | null
  /** An input stage over the bundle's tables, for some of its columns. */
  stage(layout: InputLayout): InputStage
  /** Weights of the layers and running statistics, by name of the graph's input; read anew. */
  denseWeights(): Readonly<Record<string, Float32Array>>
  /** Weights of one row of a table. */
  readRow(table: string, row: number): Float32Array
  /** The network's inputs for some rows, for the caller to keep. */
  networkInputs(features: EncodedFeatures): Record<string, TensorData>
  /** The model in three, for ranking; `null` for an architecture of your own, of which a bundle has no code. */
  split(): SplitModel | null
  /** All weights of a table, `rowCount × dimension`. */
  readWeights(table: string): Float32Array
  /** The tables in their memories, for other threads to open the bundle over. */
  sharedTables(): SharedTables
  /** Counts the weights of the layers, biases included. */
  denseParameterCount(): number
}

/** Tables that one thread has loaded. */
export interface SharedTables {
  readonly memories: readonly WebAssembly.Memory[]
  readonly tables: readonly ShardedTableOptions[]
}

export interface OpenOptions {
  readonly threads?: number
  /** Of the same bundle, which another thread has verified and loaded. */
  readonly shared?: SharedTables | undefined
  /** Where tables are loaded to. Default: memories of their own. */
  readonly memories?: TableMemories
}

/** Loads a bundle and verifies every file; throws `BUNDLE_DAMAGED` with the name of the file that is wrong. */
export async function openBundle(directory: string, options: OpenOptions = {}): Promise<Bundle> {
  const { threads = 1, shared } = options
  const manifest = await readManifest(directory, { isVerified: shared !== undefined })
  const specs = manifest.content['tables'] as TableSpec[]
  const config = readJson<Config>(join(directory, 'config.json'))
  const featureState = loadFeatureState(join(directory, 'feature-state'))
  const encoder = createEncoder(config, featureState)
  const model = resolveModel(config, featureState.labels)
  const layout = layoutInputs(model, config, encoder.columns)
  const { memories, tables } = shared ? attachTables(shared) : loadTables(directory, specs, options.memories)
  const stage = (own: InputLayout): InputStage => createInputStage(memories.home, own, tables)
  const onnx = readFileSync(join(directory, 'model.onnx'))
  const calibration = readCalibrationFile(directory, manifest.content)
  const scorer = await openScorer(onnx, stage(layout), { threads, calibration })
  // The buffers of the scorer's stage may hold what is being scored.
  const ownStage = stage(layout)
  const denseWeights = (): Record<string, Float32Array> => readConstants(readFileSync(join(directory, 'model.onnx')))
  return {
    ...scorer,
    directory,
    config,
    model,
    encoder,
    featureState,
    tables: specs,
    layout,
    stage,
    split: () =>
      splitModel({
        config,
        model,
        layout,
        isCalibrated: calibration !== null,
        denseWeights,
      }),
    golden: readJson<GoldenRequest[]>(join(directory, 'golden.json')),
    calibration,
    readWeights: (name) => tables.get(name)?.readWeights(0, tables.get(name)?.rowCount ?? 0) ?? new Float32Array(0),
    denseWeights,
    readRow: (name, row) => tables.get(name)?.readWeights(row, 1) ?? new Float32Array(0),
    networkInputs: (features) => copied(ownStage.forward(features)),
    sharedTables: () => ({
      memories: memories.all.map(({ memory }) => memory),
      tables: [...tables.values()].map((table) => table.place()),
    }),
    // Builds the graph, which scoring has no need of: only when asked.
    denseParameterCount: () =>
      createNetwork(model, layout).parameters.reduce(
        (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
        0,
      ),
  }
}

interface LoadedTables {
  readonly memories: TableMemories
  readonly tables: Map<string, ShardedTable>
}

function attachTables({ memories: shared, tables }: SharedTables): LoadedTables {
  const memories = createTableMemories({ shared })
  return { memories, tables: new Map(tables.map((table) => [table.name, createShardedTable(memories, table)])) }
}

const copied = (feeds: Readonly<Record<string, TensorData>>): Record<string, TensorData> =>
  Object.fromEntries(Object.entries(feeds).map(([name, { data, shape }]) => [name, { data: data.slice(), shape }]))

/** Reads every table, weights only. */
function loadTables(
  directory: string,
  specs: readonly TableSpec[],
  memories: TableMemories = createTableMemories(),
): LoadedTables {
  const tables = new Map<string, ShardedTable>()
  for (const { name, rowCount, dimension } of specs) {
    const file = join(directory, tableFile(name))
    const [expected, got] = [4 * rowCount * dimension, statSync(file).size]
    if (got !== expected) throw tableWrong({ file, expected, got })
    const table = createShardedTable(memories, { name, rowCount, dimension, optimizer: null })
    readLargeFile(file, weightBuffers(table))
    tables.set(name, table)
  }
  return { memories, tables }
}

/** Buffers for the weights of some rows after the other, which are taken into the table when they have been filled. */
function* weightBuffers(table: ShardedTable): Iterable<Float32Array> {
  const { rowCount, dimension } = table
  const buffer = new Float32Array(Math.min(rowsAtOnce, rowCount) * dimension)
  for (let first = 0; first < rowCount; first += rowsAtOnce) {
    const weights = buffer.subarray(0, (rowCount - first) * dimension)
    yield weights
    table.writeWeights(first, weights)
  }
}

const tableFile = (name: string): string => join('tables', `${encodeURIComponent(name)}.f32`)

function* weightChunks(spec: TableSpec, read: (first: number, count: number) => Float32Array): Iterable<Float32Array> {
  for (let first = 0; first < spec.rowCount; first += rowsAtOnce) {
    yield read(first, Math.min(rowsAtOnce, spec.rowCount - first))
  }
}

function writeJson(path: string, value: unknown): void {
  writeLargeFile(path, [Buffer.from(`${JSON.stringify(value, null, 2)}\n`)])
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}
