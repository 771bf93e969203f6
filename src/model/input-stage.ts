/**
 * The sparse half of a model: encoded features in, the network's input tensors out; on the way back the gradients of those
 * inputs become updates of the touched rows. Scoring and training use the same stage.
 */
import type { EncodedFeatures } from '../features/index.js'
import type { TensorData } from '../graph/index.js'
import type { Lookup, OptimizerStep, Table, TableMemory } from '../tables/index.js'
import { createLookup } from '../tables/index.js'
import type { DensePart, InputLayout, LookupPart } from './input-layout.js'
import { gradientName, inputNames } from './network.js'
import { sequenceLookups, withPositions, writeMask } from './sequence-input.js'

export interface InputStage {
  /** The network's inputs for some rows; the buffers are reused by the next call. */
  forward(features: EncodedFeatures): Record<string, TensorData>
  /** Sums the gradients of the last `forward`'s outputs by id. */
  accumulate(gradients: Readonly<Record<string, TensorData>>): void
  /** Σ g² over the gradients that were summed, each row's once. */
  squaredNorm(): number
  /** Updates the rows whose gradients were summed; each part has its own step. */
  update(steps: PartSteps): void
}

export type PartSteps = Readonly<Record<'wide' | 'deep', OptimizerStep>>

/** Compiles a layout over existing tables; `tables` has every table of the layout by name. */
export function createInputStage(
  memory: TableMemory,
  layout: InputLayout,
  tables: ReadonlyMap<string, Table>,
): InputStage {
  const lookups: { name: string; width: number; lookup: Lookup }[] = []
  const add = (name: string, width: number, parts: readonly LookupPart[]): void => {
    if (parts.length === 0) return
    const bound = parts.map(({ table, column, offset, combiner }) => ({
      table: tableOf(tables, table),
      column,
      offset,
      combiner,
    }))
    lookups.push({ name, width, lookup: createLookup(memory, { width, parts: bound }) })
  }
  add(inputNames.wide, layout.wide?.logitWidth ?? 1, layout.wide?.parts ?? [])
  const sequences = layout.deep?.sequences ?? []
  add(inputNames.deep, layout.deep?.width ?? 0, [...(layout.deep?.parts ?? []), ...sequences.flatMap(sequenceLookups)])
  const buffers = new Map<string, Float32Array>()
  return {
    forward(given) {
      const features = sequences.length === 0 ? given : withPositions(given, sequences)
      const feeds: Record<string, TensorData> = {}
      for (const { name, width, lookup } of lookups) {
        const data = buffer(buffers, name, features.rowCount * width)
        data.set(lookup.forward(features))
        feeds[name] = { data, shape: [features.rowCount, width] }
      }
      fillDense(layout, { features, feeds, buffers })
      return feeds
    },
    accumulate(gradients) {
      for (const { name, lookup } of lookups) {
        const gradient = gradients[gradientName(name)]
        if (!gradient) continue
        lookup.gradient(gradient.shape[0] ?? 0).set(gradient.data)
        lookup.accumulate()
      }
    },
    squaredNorm: () => lookups.reduce((sum, { lookup }) => sum + lookup.squaredNorm(), 0),
    update(steps) {
      for (const { name, lookup } of lookups) lookup.update(name === inputNames.wide ? steps.wide : steps.deep)
    },
  }
}

interface DenseFill {
  readonly features: EncodedFeatures
  readonly feeds: Record<string, TensorData>
  readonly buffers: Map<string, Float32Array>
}

/** Writes numbers and indicators behind the embeddings, and the wide numbers. */
function fillDense(layout: InputLayout, { features, feeds, buffers }: DenseFill): void {
  const { rowCount } = features
  if (layout.deep) {
    const width = layout.deep.width
    const feed = feeds[inputNames.deep] ?? {
      data: buffer(buffers, inputNames.deep, rowCount * width),
      shape: [rowCount, width],
    }
    feeds[inputNames.deep] = feed
    for (const part of layout.deep.numbers) copyNumbers(part, features, feed.data, width)
    for (const part of layout.deep.indicators) copyIndicators(part, features, feed.data, width)
    for (const part of layout.deep.sequences) writeMask(part, features, feed.data, width)
  }
  if (layout.wide && layout.wide.numberWidth > 0) {
    const width = layout.wide.numberWidth
    const data = buffer(buffers, inputNames.wideNumbers, rowCount * width)
    for (const part of layout.wide.numbers) copyNumbers(part, features, data, width)
    feeds[inputNames.wideNumbers] = { data, shape: [rowCount, width] }
  }
}

function copyNumbers(part: DensePart, features: EncodedFeatures, target: TensorData['data'], stride: number): void {
  const numbers = features.numbers[part.column]
  if (!numbers) return
  for (let row = 0, from = 0; row < features.rowCount; row++) {
    const at = row * stride + part.offset
    for (let column = 0; column < part.width; column++) target[at + column] = numbers[from++] ?? 0
  }
}

function copyIndicators(part: DensePart, features: EncodedFeatures, target: TensorData['data'], stride: number): void {
  const jagged = features.ids[part.column]
  if (!jagged) return
  for (let row = 0; row < features.rowCount; row++) {
    const at = row * stride + part.offset
    target.fill(0, at, at + part.width)
    const start = jagged.offsets?.[row] ?? row
    const end = jagged.offsets?.[row + 1] ?? row + 1
    for (let index = start; index < end; index++) {
      const cell = at + (jagged.ids[index] ?? 0)
      target[cell] = (target[cell] ?? 0) + (jagged.weights?.[index] ?? 1)
    }
  }
}

/** A buffer outside shared memory (ONNX Runtime refuses shared ones on Node 20), kept between calls. */
function buffer(buffers: Map<string, Float32Array>, name: string, length: number): Float32Array {
  let existing = buffers.get(name)
  if (!existing || existing.length < length) {
    existing = new Float32Array(length)
    buffers.set(name, existing)
  }
  return existing.subarray(0, length)
}

function tableOf(tables: ReadonlyMap<string, Table>, name: string): Table {
  const table = tables.get(name)
  if (!table) throw new Error(`internal: table ${name} of the layout was not made`)
  return table
}
