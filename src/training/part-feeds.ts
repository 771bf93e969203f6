/** What the training graph is fed beside the model's inputs: the weights, and what the loss is computed of. */
import type { TensorData } from '../graph/index.js'
import { inputNames } from '../model/index.js'
import type { RowRange, Table, TableMemory } from '../tables/index.js'
import type { TrainingBatch } from './training-batch.js'
import { isWhole, readRanges } from './weight-ranges.js'
import type { WeightRanges } from './weight-ranges.js'

export interface WeightFeeds {
  readonly feeds: Readonly<Record<string, TensorData>>
  /** Brings together, as they are now, the weights that do not lie in one piece. */
  gather(): void
}

/** A parameter as the graph has it: its shape there, and which of its numbers those are. */
export interface FedParameter {
  readonly name: string
  readonly shape: readonly number[]
  /** Default: all. */
  readonly ranges?: WeightRanges
}

/** Feeds of dense parameters, where they lie in `memory`; `tables` hold their weights, in the same order. */
export function createWeightFeeds(
  memory: TableMemory,
  parameters: readonly FedParameter[],
  tables: readonly Pick<Table, 'rows' | 'dimension'>[],
): WeightFeeds {
  const fed = tables.map(({ rows, dimension }, index) => {
    const { name = '', shape = [], ranges = [[0, dimension]] } = parameters[index] ?? {}
    // A row begins with its weights.
    const ownRows = isWhole(ranges, dimension) ? rows.subarray(0, dimension) : null
    const data = ownRows ?? new Float32Array(sizeOf(shape))
    const round = ownRows && memory.createRounding()
    return {
      name,
      from: rows,
      ranges,
      inPieces: !ownRows,
      feed: { data, shape, ...(round && { rounded: () => round(data) }) },
    }
  })
  const pieces = fed.filter(({ inPieces }) => inPieces)
  return {
    feeds: Object.fromEntries(fed.map(({ name, feed }) => [name, feed])),
    gather: () => {
      for (const { from, ranges, feed } of pieces) readRanges(from, ranges, feed.data)
    },
  }
}

/** Labels, example weights, offsets and the factor of the loss, for a range of the batch's rows: copies, where the next call makes its own. */
export type LossFeeds = (batch: TrainingBatch, rows: RowRange, scale: number) => Record<string, TensorData>

export function createLossFeeds(): LossFeeds {
  const copies = new Map<string, Float32Array>()
  const copyOf = (name: string, length: number): Float32Array => {
    const known = copies.get(name)
    if (known?.length === length) return known
    const copy = new Float32Array(length)
    copies.set(name, copy)
    return copy
  }
  return (batch, { first, count }, scale) => {
    const rows = (name: string, values: Float32Array | undefined, width = 1): TensorData => {
      const data = copyOf(name, count * width)
      if (values) data.set(values.subarray(first * width, (first + count) * width))
      else data.fill(0)
      return { data, shape: [count, width] }
    }
    const lossScale = copyOf(inputNames.lossScale, 1)
    lossScale[0] = scale
    return {
      [inputNames.label]: rows(inputNames.label, batch.labels, batch.labels.length / batch.rowCount),
      [inputNames.weight]: rows(inputNames.weight, batch.weights),
      [inputNames.offset]: rows(inputNames.offset, batch.offsets),
      [inputNames.lossScale]: { data: lossScale, shape: [] },
    }
  }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)
