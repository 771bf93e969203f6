/** Loads the compiled kernels into an instance over a memory. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kernelsMissing } from './errors.js'

/** The functions of src/tables/assembly; pointers are byte offsets. Optimizers are found among the other exports. */
export interface Kernels {
  heapBase(): number
  gather(
    table: number,
    rowFloats: number,
    dimension: number,
    ids: number,
    coefficients: number,
    count: number,
    out: number,
    outStride: number,
    isAdding: number,
  ): void
  gatherBags(
    table: number,
    rowFloats: number,
    dimension: number,
    ids: number,
    offsets: number,
    coefficients: number,
    count: number,
    out: number,
    outStride: number,
    isAdding: number,
  ): void
  bagCoefficients(offsets: number, weights: number, count: number, combiner: number, out: number): void
  accumulate(
    slots: number,
    unique: number,
    uniqueCount: number,
    ids: number,
    offsets: number,
    coefficients: number,
    count: number,
    gradient: number,
    gradientStride: number,
    dimension: number,
    sums: number,
    owner: number,
    owners: number,
  ): number
  limitNorms(
    table: number,
    rowFloats: number,
    dimension: number,
    ids: number,
    count: number,
    maxNorm: number,
    owner: number,
    owners: number,
  ): void
  sumOfSquares(values: number, count: number): number
  sumParts(values: number, stride: number, parts: number, count: number): void
  scale(values: number, count: number, factor: number): void
  updateTouched(
    optimizer: number,
    table: number,
    rowFloats: number,
    dimension: number,
    slots: number,
    unique: number,
    uniqueCount: number,
    sums: number,
    l2: number,
    l1: number,
    hyperparameters: number,
  ): void
  updateEvery(
    optimizer: number,
    table: number,
    rowFloats: number,
    dimension: number,
    rowCount: number,
    slots: number,
    sums: number,
    scratch: number,
    l2: number,
    l1: number,
    hyperparameters: number,
    owner: number,
    owners: number,
  ): void
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
  dropoutMask(
    out: number,
    rows: number,
    columns: number,
    key: number,
    firstRow: number,
    threshold: number,
    scale: number,
  ): void
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
