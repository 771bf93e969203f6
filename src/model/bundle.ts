/**
 * The bundle: the directory a model is shipped as (docs/file-formats.md). What scoring loads stands at the top; the optimizers'
 * state lies in `training-state/` under a manifest of its own and is never opened here.
 */
import { cpSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { makeDirectory, readFloats, writeLargeFile } from '../base/index.js'
import type { Calibration, LearnedCalibration } from '../calibration/index.js'
import type { Config, Encoder, FeatureState, RawValue } from '../features/index.js'
import { createEncoder, loadFeatureState, saveFeatureState } from '../features/index.js'
import { createTable, createTableMemory } from '../tables/index.js'
import type { Table, TableMemory } from '../tables/index.js'
import { calibrationContent, readCalibrationFile, writeCalibrationFile } from './calibration-file.js'
import { tableWrong } from './errors.js'
import type { TableSpec } from './input-layout.js'
import { layoutInputs } from './input-layout.js'
import { createInputStage } from './input-stage.js'
import { createNetwork } from './network.js'
import { readManifest, writeManifest } from './manifest.js'
import type { ResolvedModel } from './model-spec.js'
import { resolveModel } from './model-spec.js'
import type { Scorer } from './scorer.js'
import { openScorer } from './scorer.js'

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

/** Rows written at once: bounds the copy that compacts weights out of their optimizer state. */
const rowsPerWrite = 1 << 16

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
  readonly golden: readonly GoldenRequest[]
  readonly calibration: Calibration | null
  /** All weights of a table, `rowCount × dimension`. */
  readWeights(table: string): Float32Array
  /** Counts the weights of the layers, biases included. */
  denseParameterCount(): number
}

/** Loads a bundle and verifies every file; throws `BUNDLE_DAMAGED` with the name of the file that is wrong. */
export async function openBundle(directory: string, options: { threads?: number } = {}): Promise<Bundle> {
  const manifest = await readManifest(directory)
  const specs = manifest.content['tables'] as TableSpec[]
  const config = readJson<Config>(join(directory, 'config.json'))
  const featureState = loadFeatureState(join(directory, 'feature-state'))
  const encoder = createEncoder(config, featureState)
  const model = resolveModel(config, featureState.labels)
  const layout = layoutInputs(model, config, encoder.columns)
  const { memory, tables } = loadTables(directory, specs)
  const onnx = readFileSync(join(directory, 'model.onnx'))
  const calibration = readCalibrationFile(directory, manifest.content)
  const threads = options.threads ?? 1
  const scorer = await openScorer(onnx, createInputStage(memory, layout, tables), { threads, calibration })
  return {
    ...scorer,
    directory,
    config,
    model,
    encoder,
    featureState,
    tables: specs,
    golden: readJson<GoldenRequest[]>(join(directory, 'golden.json')),
    calibration,
    readWeights: (name) => tables.get(name)?.readWeights(0, tables.get(name)?.rowCount ?? 0) ?? new Float32Array(0),
    // Builds the graph, which scoring has no need of: only when asked.
    denseParameterCount: () =>
      createNetwork(model, layout).parameters.reduce(
        (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
        0,
      ),
  }
}

/** Reads every table into one memory, weights only. */
function loadTables(
  directory: string,
  specs: readonly TableSpec[],
): { memory: TableMemory; tables: Map<string, Table> } {
  const memory = createTableMemory()
  const tables = new Map<string, Table>()
  for (const { name, rowCount, dimension } of specs) {
    const table = createTable(memory, { name, rowCount, dimension, optimizer: null })
    const file = join(directory, tableFile(name))
    const [expected, got] = [4 * rowCount * dimension, statSync(file).size]
    if (got !== expected) throw tableWrong({ file, expected, got })
    table.writeWeights(0, readFloats(file))
    tables.set(name, table)
  }
  return { memory, tables }
}

const tableFile = (name: string): string => join('tables', `${encodeURIComponent(name)}.f32`)

function* weightChunks(spec: TableSpec, read: (first: number, count: number) => Float32Array): Iterable<Float32Array> {
  for (let first = 0; first < spec.rowCount; first += rowsPerWrite) {
    yield read(first, Math.min(rowsPerWrite, spec.rowCount - first))
  }
}

function writeJson(path: string, value: unknown): void {
  writeLargeFile(path, [Buffer.from(`${JSON.stringify(value, null, 2)}\n`)])
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}
