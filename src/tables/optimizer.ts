/**
 * Optimizers as the kernel module declares them: each AssemblyScript file in `assembly/optimizers/` carries its kernel and its
 * declaration, so that adding one is one file and one line.
 */
import type { Issue } from '../base/index.js'
import { shown, suggestion } from '../base/index.js'
import { optimizerInvalid } from './errors.js'
import type { TableMemory } from './table-memory.js'
import { createTableMemory } from './table-memory.js'

export interface Hyperparameter {
  readonly default: number
  readonly minimum?: number
  readonly maximum?: number
  /** Bounds that the value itself must not reach, where a kernel would divide by zero. */
  readonly above?: number
  readonly below?: number
  readonly meaning: string
}

export interface OptimizerKind {
  readonly name: string
  /** Initial value of each slot (one float per weight), or the hyperparameter that gives it. */
  readonly slots: readonly (number | string)[]
  readonly hyperparameters: Readonly<Record<string, Hyperparameter>>
  /** Floats that the kernel's own `prepare` writes behind the hyperparameters. */
  readonly derived: number
}

export interface ResolvedOptimizer {
  readonly kind: OptimizerKind
  readonly values: Readonly<Record<string, number>>
}

/** What a step tells every optimizer. */
export interface OptimizerStep {
  /** Factor on the learning rate. */
  readonly learningRateScale: number
  /** 1 for the first step. */
  readonly stepNumber: number
  /** Factor on the gradients of the batch, before penalties are added. Default 1. */
  readonly gradientScale?: number
}

let discovered: ReadonlyMap<string, OptimizerKind> | undefined

/** Every optimizer that the kernels export, by name. */
export function optimizerKinds(): ReadonlyMap<string, OptimizerKind> {
  discovered ??= discover(createTableMemory())
  return discovered
}

function discover(memory: TableMemory): Map<string, OptimizerKind> {
  const kinds = new Map<string, OptimizerKind>()
  for (const [key, value] of Object.entries(memory.exports)) {
    if (!key.endsWith('Declaration') || !(value instanceof WebAssembly.Global)) continue
    const name = key.slice(0, -'Declaration'.length)
    const declaration = JSON.parse(readString(memory, value.value)) as Partial<OptimizerKind>
    kinds.set(name, { name, slots: [], hyperparameters: {}, derived: 0, ...declaration })
  }
  return kinds
}

/** AssemblyScript's strings: UTF-16, their byte length in the four bytes before them. */
function readString(memory: TableMemory, pointer: number): string {
  const bytes = memory.int32(pointer - 4, 1)[0] ?? 0
  const view = memory.int32(pointer, Math.ceil(bytes / 4))
  return Buffer.from(Uint8Array.from(new Uint8Array(view.buffer, pointer, bytes))).toString('utf16le')
}

/** Fills in the defaults of a declared optimizer; throws `TABLES_OPTIMIZER_INVALID` with every fault at once. */
export function resolveOptimizer(declared: Readonly<Record<string, unknown>>, path = 'optimizer'): ResolvedOptimizer {
  const kinds = optimizerKinds()
  const { name, ...given } = declared
  const kind = typeof name === 'string' ? kinds.get(name) : undefined
  const issues = kind
    ? Object.entries(given).flatMap(([key, value]) => hyperparameterIssues(kind, `${path}.${key}`, { key, value }))
    : [issue(`${path}.name`, `must be an optimizer; got ${shown(name)}; ${suggestion(String(name), kinds.keys())}`)]
  if (!kind || issues.length > 0) {
    throw optimizerInvalid({ issues: issues.map((one) => `${one.path} ${one.message}`) }, { issues })
  }
  const values: Record<string, number> = {}
  for (const [key, hyperparameter] of Object.entries(kind.hyperparameters))
    values[key] = Number(given[key] ?? hyperparameter.default)
  return { kind, values }
}

function hyperparameterIssues(
  kind: OptimizerKind,
  path: string,
  { key, value }: { key: string; value: unknown },
): Issue[] {
  const known = kind.hyperparameters[key]
  if (!known)
    return [
      issue(path, `must be a hyperparameter of ${kind.name}; ${suggestion(key, Object.keys(kind.hyperparameters))}`),
    ]
  if (typeof value === 'number' && isWithin(known, value)) return []
  return [issue(path, `must be a number ${rangeOf(known)}; got ${shown(value)}`)]
}

/** Kernels compute in 32-bit floats: a value counts as what it is there, where 1e-50 is zero. */
function isWithin({ minimum, maximum, above, below }: Hyperparameter, given: number): boolean {
  const value = Math.fround(given)
  return (
    Number.isFinite(value) &&
    value >= (minimum ?? value) &&
    value <= (maximum ?? value) &&
    value > (above ?? Number.NEGATIVE_INFINITY) &&
    value < (below ?? Number.POSITIVE_INFINITY)
  )
}

function rangeOf({ minimum, maximum, above, below }: Hyperparameter): string {
  const from = minimum === undefined ? `(${String(above ?? '-∞')}` : `[${String(minimum)}`
  const to = maximum === undefined ? `${String(below ?? '∞')})` : `${String(maximum)}]`
  return `in ${from}, ${to}`
}

const issue = (path: string, message: string): Issue => ({ code: optimizerInvalid.code, path, message })

/** An optimizer bound to a memory: the kernel's index and the place of its hyperparameters. */
export interface BoundOptimizer {
  readonly index: number
  readonly hyperparameters: number
  /** Writes the hyperparameters of a step. */
  prepare(step: OptimizerStep): void
  /** Forgets a part of what a row's state has summed up, `memory` of it stays; the weights stand. */
  fade(row: number, width: number, memory: number): void
}

/** Places an optimizer's hyperparameters in a memory: learning rate, step, then the others in declared order. */
export function bindOptimizer(memory: TableMemory, { kind, values }: ResolvedOptimizer): BoundOptimizer {
  const others = Object.keys(kind.hyperparameters).filter((key) => key !== 'learningRate')
  const offset = memory.allocate(4 * (2 + others.length + kind.derived))
  const view = memory.float32(offset, 2 + others.length)
  others.forEach((key, index) => (view[2 + index] = values[key] ?? 0))
  const index = memory.exports[`${kind.name}Index`] as WebAssembly.Global
  const derive = memory.exports[`${kind.name}Prepare`] as ((hyperparameters: number) => void) | undefined
  const fade = memory.exports[`${kind.name}Fade`] as FadeKernel | undefined
  const prepare = ({ learningRateScale, stepNumber }: OptimizerStep): void => {
    view[0] = (values['learningRate'] ?? 0) * learningRateScale
    view[1] = stepNumber
    derive?.(offset)
  }
  return {
    index: index.value,
    hyperparameters: offset,
    prepare,
    fade(row, width, share) {
      if (!fade) return
      prepare({ learningRateScale: 1, stepNumber: 1 })
      fade(row, width, offset, share)
    },
  }
}

/** Only optimizers that sum for ever have one: the averages of the others forget by themselves. */
type FadeKernel = (row: number, width: number, hyperparameters: number, memory: number) => void

/** The initial value of each slot of an optimizer. */
export function initialSlots({ kind, values }: ResolvedOptimizer): number[] {
  return kind.slots.map((slot) => (typeof slot === 'number' ? slot : (values[slot] ?? 0)))
}
