/**
 * Places in shared memory for two batches in turns: whoever reads batches writes them here once, and every thread of a step reads them, or
 * its rows of them, where they lie. Places grow; what is where is plain data that is sent only when it has changed.
 */
import type { JaggedIds } from '../features/index.js'
import type { TableMemory } from '../tables/index.js'
import type { Turn } from './step-plan.js'
import type { TrainingBatch } from './training-batch.js'

/** Where numbers begin, and how many there is room for. */
interface Place {
  readonly offset: number
  readonly length: number
}

/** Where each array of a batch lies. */
export interface BatchPlace {
  readonly ids: Readonly<Record<string, { ids: Place; offsets: Place | null; weights: Place | null }>>
  /** With the numbers of a row. */
  readonly numbers: Readonly<Record<string, Place & { readonly width: number }>>
  readonly labels: Place & { readonly width: number }
  readonly weights: Place
  readonly offsets: Place
  /**
   * What the threads leave for each other of all rows, by name: the gradients of an input by its. The same place for both turns, as steps take
   * theirs one after the other.
   */
  readonly shared: Readonly<Record<string, Place>>
}

/** A writer of batches in turns; `sharedWidths` are the floats of a row of what the threads share, by name. */
export function createBatchWriter(
  memory: TableMemory,
  sharedWidths: Readonly<Record<string, number>>,
): (batch: TrainingBatch, turn: Turn) => BatchPlace {
  const places = new Map<string, Place>()
  const current = new Map<Turn, BatchPlace>()
  const reserve = (name: string, length: number): Place => {
    const before = places.get(name)
    if (before && before.length >= length) return before
    const grown = Math.max(length, 2 * (before?.length ?? 0))
    const place = { offset: memory.allocate(4 * grown), length: grown }
    places.set(name, place)
    // What is shared has one place for both.
    current.clear()
    return place
  }
  const writeFloats = (name: string, values: Float32Array): Place => {
    const place = reserve(name, values.length)
    memory.float32(place.offset, values.length).set(values)
    return place
  }
  const writeInts = (name: string, values: Int32Array): Place => {
    const place = reserve(name, values.length)
    memory.int32(place.offset, values.length).set(values)
    return place
  }
  const writeIds = (name: string, { ids, offsets, weights }: JaggedIds): BatchPlace['ids'][string] => ({
    ids: writeInts(`ids ${name}`, ids),
    offsets: offsets && writeInts(`offsets ${name}`, offsets),
    weights: weights && writeFloats(`weights ${name}`, weights),
  })
  return (batch, turn) => {
    const { rowCount } = batch
    const own = (name: string): string => `${String(turn)} ${name}`
    const wide = (name: string, values: Float32Array): Place & { width: number } => ({
      ...writeFloats(own(name), values),
      width: values.length / rowCount,
    })
    const written: BatchPlace = {
      ids: mapValues(batch.ids, (ids, name) => writeIds(own(name), ids)),
      numbers: mapValues(batch.numbers, (values, name) => wide(`numbers ${name}`, values)),
      labels: wide('labels', batch.labels),
      weights: writeFloats(own('example weights'), batch.weights),
      offsets: writeFloats(own('logit offsets'), batch.offsets ?? new Float32Array(rowCount)),
      shared: mapValues(sharedWidths, (width, name) => reserve(`shared ${name}`, rowCount * width)),
    }
    const known = current.get(turn) ?? written
    current.set(turn, known)
    return known
  }
}

/** The batch at a place: views, of lists with what room there is behind the last. */
export function openBatch(
  memory: TableMemory,
  place: BatchPlace,
  { rowCount, firstRow }: Pick<TrainingBatch, 'rowCount' | 'firstRow'>,
): TrainingBatch {
  const floats = ({ offset }: Place, width = 1): Float32Array => memory.float32(offset, rowCount * width)
  return {
    rowCount,
    firstRow,
    ids: mapValues(place.ids, ({ ids, offsets, weights }) => ({
      ids: memory.int32(ids.offset, offsets ? ids.length : rowCount),
      offsets: offsets && memory.int32(offsets.offset, rowCount + 1),
      weights: weights && memory.float32(weights.offset, offsets ? weights.length : rowCount),
    })),
    numbers: mapValues(place.numbers, (numbers) => floats(numbers, numbers.width)),
    labels: floats(place.labels, place.labels.width),
    weights: floats(place.weights),
    offsets: floats(place.offsets),
  }
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]))
}
