/** The encoded features of the items of a catalogue, which may change while it is ranked. */
import type { EncodedFeatures, JaggedIds } from '../features/index.js'

export interface ItemStore {
  readonly count: number
  /** Which change made an item what it is: changes are counted. */
  version(item: number): number
  /** The features of some items, one row each; `columns`: only these columns. */
  rows(items: Int32Array, columns?: ReadonlySet<string>): EncodedFeatures
  /** Puts encoded items in the places from `first` on; those before must exist. */
  set(first: number, items: EncodedFeatures): void
}

/** One column of all items. */
interface StoredColumn {
  rows(items: Int32Array, features: Columns): void
  set(first: number, items: EncodedFeatures): void
}

interface Columns {
  readonly ids: Record<string, JaggedIds>
  readonly numbers: Record<string, Float32Array>
}

/** Keeps encoded items. */
export function createItemStore(encoded: EncodedFeatures): ItemStore {
  const columns = new Map<string, StoredColumn>([
    ...Object.entries(encoded.ids).map(([name, { offsets }]) => [name, offsets ? lists(name) : singles(name)] as const),
    ...Object.keys(encoded.numbers).map((name) => [name, numbers(name)] as const),
  ])
  let [count, changes] = [0, 0]
  let versions = new Int32Array(0)
  const set = (first: number, items: EncodedFeatures): void => {
    if (first > count) throw new Error('internal: items are added at the end')
    for (const column of columns.values()) column.set(first, items)
    count = Math.max(count, first + items.rowCount)
    versions = grown(versions, count, Int32Array)
    versions.fill(++changes, first, first + items.rowCount)
  }
  set(0, encoded)
  return {
    get count() {
      return count
    },
    version: (item) => versions[item] ?? 0,
    rows(items, wanted) {
      const features: Columns = { ids: {}, numbers: {} }
      for (const [name, column] of columns) if (wanted?.has(name) ?? true) column.rows(items, features)
      return { rowCount: items.length, ...features }
    },
    set,
  }
}

function singles(name: string): StoredColumn {
  let all = new Int32Array(0)
  return {
    rows(items, { ids }) {
      ids[name] = { ids: items.map((item) => all[item] ?? 0), offsets: null, weights: null }
    },
    set(first, { ids, rowCount }) {
      all = grown(all, first + rowCount, Int32Array)
      all.set(ids[name]?.ids ?? [], first)
    },
  }
}

function numbers(name: string): StoredColumn {
  let all = new Float32Array(0)
  let width = 0
  return {
    rows(items, features) {
      const values = new Float32Array(items.length * width)
      for (let row = 0; row < items.length; row++) {
        const from = (items[row] ?? 0) * width
        for (let i = 0; i < width; i++) values[row * width + i] = all[from + i] ?? 0
      }
      features.numbers[name] = values
    },
    set(first, { numbers: given, rowCount }) {
      const values = given[name] ?? new Float32Array(0)
      if (rowCount > 0) width = values.length / rowCount
      all = grown(all, (first + rowCount) * width, Float32Array)
      all.set(values, first * width)
    },
  }
}

/** Lists lie one behind the other; what is replaced leaves a hole until half of the place is holes. */
function lists(name: string): StoredColumn {
  let [starts, lengths, pool] = [new Int32Array(0), new Int32Array(0), new Int32Array(0)]
  let weights: Float32Array | null = null
  let [end, live] = [0, 0]
  const append = (item: number, from: JaggedIds, range: readonly [number, number]): void => {
    const length = range[1] - range[0]
    pool = grown(pool, end + length, Int32Array)
    pool.set(from.ids.subarray(...range), end)
    if (from.weights) {
      weights = grown(weights ?? new Float32Array(0), end + length, Float32Array)
      weights.set(from.weights.subarray(...range), end)
    }
    live += length - (lengths[item] ?? 0)
    starts[item] = end
    lengths[item] = length
    end += length
  }
  const compact = (): void => {
    const old: JaggedIds = { ids: pool, offsets: null, weights }
    const places = [...starts]
    ;[pool, weights, end] = [new Int32Array(live), weights && new Float32Array(live), 0]
    for (const [item, start] of places.entries()) append(item, old, [start, start + (lengths[item] ?? 0)])
  }
  return {
    rows(items, { ids }) {
      const offsets = new Int32Array(items.length + 1)
      for (let row = 0; row < items.length; row++)
        offsets[row + 1] = (offsets[row] ?? 0) + (lengths[items[row] ?? 0] ?? 0)
      const total = offsets[items.length] ?? 0
      const own = new Int32Array(total)
      const ownWeights = weights ? new Float32Array(total) : null
      for (let row = 0, at = 0; row < items.length; row++) {
        const item = items[row] ?? 0
        const start = starts[item] ?? 0
        for (let i = start; i < start + (lengths[item] ?? 0); i++, at++) {
          own[at] = pool[i] ?? 0
          if (ownWeights) ownWeights[at] = weights?.[i] ?? 1
        }
      }
      ids[name] = { ids: own, offsets, weights: ownWeights }
    },
    set(first, { ids, rowCount }) {
      starts = grown(starts, first + rowCount, Int32Array)
      lengths = grown(lengths, first + rowCount, Int32Array)
      const given = ids[name]
      if (!given) return
      for (let row = 0; row < rowCount; row++)
        append(first + row, given, [given.offsets?.[row] ?? row, given.offsets?.[row + 1] ?? row + 1])
      if (end > 2 * live + 1024) compact()
    },
  }
}

/** The array itself where it is long enough, else one half as long again. */
function grown<A extends Int32Array | Float32Array>(array: A, length: number, make: new (length: number) => A): A {
  if (length <= array.length) return array
  const larger = new make(Math.max(length, Math.ceil(1.5 * array.length)))
  larger.set(array)
  return larger
}
