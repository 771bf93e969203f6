/**
 * The sparse half of a model: encoded features in, the network's input tensors out; on the way back the gradients of those
 * inputs become updates of the touched rows. Scoring and training use the same stage.
 */
import type { EncodedFeatures } from '../features/index.js'
import type { TensorData } from '../graph/index.js'
import type { OptimizerStep, RowRange, Share, ShardedTable, TableMemory } from '../tables/index.js'
import { createShardedLookup, createTouchedRows, wholeShare } from '../tables/index.js'
import type { DensePart, InputLayout, LookupPart } from './input-layout.js'
import { gradientName, inputNames } from './input-names.js'
import type { DenseTarget } from './sequence-input.js'
import { sequenceLookups, withPositions, writeMask } from './sequence-input.js'

export interface InputStage {
  /** The network's inputs for a range of rows, by default all: views of memory that the next call writes over. */
  forward(features: EncodedFeatures, range?: RowRange): Record<string, TensorData>
  /** Where the gradients of the last `forward`'s outputs are to be left, by their names. */
  gradients(): Record<string, Float32Array>
  /** Σ g² over the rows that are updated here, once the gradients of the whole batch were taken: those of a row are summed first. */
  squaredNorm(): number
  /** Updates those rows by the gradients of the whole batch; each part has its own step. */
  update(steps: PartSteps): void
}

export type PartSteps = Readonly<Record<'wide' | 'deep', OptimizerStep>>

/** A stage that shares its tables, and every batch, with the stages of other threads. */
export interface StageSharing {
  readonly share: Share
  /** Where the gradients of a whole batch lie now, `rowCount × width`, by the name of an input of `gradientWidths`. */
  gradients(name: string): number
}

/** Floats of a row's gradient, by the name of each input that tables are updated from. */
export function gradientWidths({ wide, deep }: InputLayout): Record<string, number> {
  const hasLookups = deep && deep.parts.length + deep.sequences.length > 0
  return {
    ...(wide && wide.parts.length > 0 ? { [inputNames.wide]: wide.logitWidth } : {}),
    ...(hasLookups ? { [inputNames.deep]: deep.width } : {}),
  }
}

/** Compiles a layout over existing tables; batches lie in `memory`, and `tables` has every table of the layout by name. */
export function createInputStage(
  memory: TableMemory,
  layout: InputLayout,
  tables: ReadonlyMap<string, ShardedTable>,
  sharing?: StageSharing,
): InputStage {
  const lookups: StagedLookup[] = []
  const touched = createTouchedRows(memory, sharing?.share ?? wholeShare)
  const add = (name: string, width: number, parts: readonly LookupPart[]): void => {
    if (parts.length === 0) return
    const bound = parts.map(({ table, column, offset, combiner }) => ({
      table: tableOf(tables, table),
      column,
      offset,
      combiner,
    }))
    const gradients = sharing && { gradients: () => sharing.gradients(name) }
    const lookup = createShardedLookup(memory, { width, parts: bound, touched, ...gradients })
    lookups.push({ name, width, lookup, round: memory.createRounding() })
  }
  add(inputNames.wide, layout.wide?.logitWidth ?? 1, layout.wide?.parts ?? [])
  const sequences = layout.deep?.sequences ?? []
  add(inputNames.deep, layout.deep?.width ?? 0, [...(layout.deep?.parts ?? []), ...sequences.flatMap(sequenceLookups)])
  const buffers = new Map<string, Float32Array>()
  return {
    forward(given, range = { first: 0, count: given.rowCount }) {
      const features = sequences.length === 0 ? given : withPositions(given, sequences)
      const feeds: Record<string, TensorData> = {}
      for (const { name, width, lookup, round } of lookups) {
        const data = lookup.forward(features, range)
        feeds[name] = { data, shape: [range.count, width], rounded: () => round(data) }
      }
      fillDense(layout, { features, range, feeds, buffers })
      return feeds
    },
    gradients: () => Object.fromEntries(lookups.map(({ name, lookup }) => [gradientName(name), lookup.gradient()])),
    squaredNorm: () => lookups.reduce((sum, { lookup }) => sum + lookup.squaredNorm(), 0),
    update(steps) {
      for (const { name, lookup } of lookups) lookup.update(name === inputNames.wide ? steps.wide : steps.deep)
    },
  }
}

interface StagedLookup {
  readonly name: string
  readonly width: number
  readonly lookup: ReturnType<typeof createShardedLookup>
  readonly round: ReturnType<TableMemory['createRounding']>
}

interface DenseFill {
  readonly features: EncodedFeatures
  readonly range: RowRange
  readonly feeds: Record<string, TensorData>
  readonly buffers: Map<string, Float32Array>
}

/** Writes numbers and indicators behind the embeddings, and the wide numbers. */
function fillDense(layout: InputLayout, { features, range, feeds, buffers }: DenseFill): void {
  const matrix = (name: string, width: number): DenseTarget => {
    const feed = feeds[name] ?? { data: buffer(buffers, name, range.count * width), shape: [range.count, width] }
    feeds[name] = feed
    return { range, data: feed.data, stride: width }
  }
  if (layout.deep) {
    const target = matrix(inputNames.deep, layout.deep.width)
    for (const part of layout.deep.numbers) copyNumbers(part, features, target)
    for (const part of layout.deep.indicators) copyIndicators(part, features, target)
    for (const part of layout.deep.sequences) writeMask(part, features, target)
  }
  if (layout.wide && layout.wide.numberWidth > 0) {
    const target = matrix(inputNames.wideNumbers, layout.wide.numberWidth)
    for (const part of layout.wide.numbers) copyNumbers(part, features, target)
  }
}

function copyNumbers(part: DensePart, features: EncodedFeatures, { range, data, stride }: DenseTarget): void {
  const numbers = features.numbers[part.column]
  if (!numbers) return
  for (let row = 0, from = range.first * part.width; row < range.count; row++) {
    const at = row * stride + part.offset
    for (let column = 0; column < part.width; column++) data[at + column] = numbers[from++] ?? 0
  }
}

function copyIndicators(part: DensePart, features: EncodedFeatures, { range, data, stride }: DenseTarget): void {
  const jagged = features.ids[part.column]
  if (!jagged) return
  for (let row = 0; row < range.count; row++) {
    const at = row * stride + part.offset
    data.fill(0, at, at + part.width)
    const place = range.first + row
    const start = jagged.offsets?.[place] ?? place
    const end = jagged.offsets?.[place + 1] ?? place + 1
    for (let index = start; index < end; index++) {
      const cell = at + (jagged.ids[index] ?? 0)
      data[cell] = (data[cell] ?? 0) + (jagged.weights?.[index] ?? 1)
    }
  }
}

/** A buffer that is kept between calls. */
function buffer(buffers: Map<string, Float32Array>, name: string, length: number): Float32Array {
  let existing = buffers.get(name)
  if (!existing || existing.length < length) {
    existing = new Float32Array(length)
    buffers.set(name, existing)
  }
  return existing.subarray(0, length)
}

function tableOf(tables: ReadonlyMap<string, ShardedTable>, name: string): ShardedTable {
  const table = tables.get(name)
  if (!table) throw new Error(`internal: table ${name} of the layout was not made`)
  return table
}
