/** Loads the compiled kernels into an instance over a memory. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kernelsMissing } from './errors.js'

/** What the update of a table's touched rows is given. */
type TouchedUpdate = readonly [
  optimizer: number,
  hyperparameters: number,
  table: number,
  rowFloats: number,
  dimension: number,
  l2: number,
  l1: number,
  maxNorm: number,
  touches: number,
  count: number,
  terms: number,
  gradient: number,
  factor: number,
  sums: number,
]

/** The functions of src/tables/assembly; pointers are byte offsets. Optimizers are found among the other exports. */
export interface Kernels {
  heapBase(): number
  toBfloat16(x: number, out: number, count: number): void
  gather(
    table: number,
    rowFloats: number,
    dimension: number,
    ids: number,
    offsets: number,
    weights: number,
    combiner: number,
    count: number,
    out: number,
    outStride: number,
    isAdding: number,
  ): number
  findTouches(
    ids: number,
    offsets: number,
    weights: number,
    count: number,
    firstTerm: number,
    owner: number,
    owners: number,
    touches: number,
  ): number
  sortTouches(touches: number, spare: number, count: number, bits: number, counters: number): void
  writeTerms(
    offsets: number,
    weights: number,
    count: number,
    combiner: number,
    first: number,
    stride: number,
    terms: number,
  ): void
  placeIds(
    ids: number,
    count: number,
    placeOfId: number,
    distinct: number,
    places: number,
    stride: number,
    first: number,
    rowBytes: number,
  ): number
  multiplyRows(
    x: number,
    rowStride: number,
    stepStride: number,
    rows: number,
    steps: number,
    b: number,
    bStride: number,
    outputs: number,
    out: number,
    outStride: number,
  ): void
  addRowsOfIds(
    places: number,
    stride: number,
    examples: number,
    columns: number,
    start: number,
    startStride: number,
    outputs: number,
    out: number,
    outStride: number,
  ): void
  sumRowsOfIds(
    places: number,
    stride: number,
    examples: number,
    columns: number,
    gradient: number,
    gradientStride: number,
    outputs: number,
  ): void
  rowGradientsOfIds(
    sums: number,
    sumStride: number,
    count: number,
    width: number,
    weights: number,
    weightStride: number,
    outputs: number,
    out: number,
    isAdding: number,
  ): void
  transposeRows(b: number, stride: number, rows: number, columns: number, out: number): void
  squaredNorm(touches: number, count: number, terms: number, gradient: number, dimension: number, sums: number): number
  updateTouched(...update: TouchedUpdate): number
  updateEvery(...update: [...TouchedUpdate, rowCount: number, owner: number, owners: number]): void
  limitNorms(table: number, rowFloats: number, dimension: number, rowCount: number, maxNorm: number): void
  sumOfSquares(values: number, count: number): number
  sumParts(values: number, stride: number, parts: number, count: number): void
  clear(at: number, bytes: number): void
  scale(values: number, count: number, factor: number): void
  updateRange(
    optimizer: number,
    row: number,
    count: number,
    stride: number,
    gradient: number,
    l2: number,
    l1: number,
    hyperparameters: number,
  ): void
  dropoutMask(out: number, rows: number, columns: number, key: number, firstRow: number, threshold: number): void
  scaleBytes(x: number, out: number, count: number, scale: number): void
}

let compiled: WebAssembly.Module | undefined

/** Instantiates the kernels over a shared memory. */
export function instantiateKernels(memory: WebAssembly.Memory): { kernels: Kernels; exports: WebAssembly.Exports } {
  compiled ??= new WebAssembly.Module(readFileSync(kernelFile()))
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  return { kernels: exports as unknown as Kernels, exports }
}

/** `dist/tables/kernels.wasm` of the package that this file belongs to, whether it runs from `src` or from `dist`. */
function kernelFile(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory)
    directory = dirname(directory)
  const path = join(directory, 'dist', 'tables', 'kernels.wasm')
  if (!existsSync(path)) throw kernelsMissing({ path })
  return path
}
