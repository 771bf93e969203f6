/**
 * What is computed once an item: the boundary tensors of the item graph, in flat rows within a memory budget that all threads of a pool share.
 * Whoever misses an item's parts computes them and keeps them for all. An item has its place in one of a few slots; when these are full, it takes
 * the place of one that was not asked for of late.
 *
 * No thread waits for another. A slot has a count that is odd while its row is written (a seqlock): a reader whose count changed meanwhile has
 * read nothing. And it says of which version of the item its row is: threads hear of changes at different moments, and each takes what is of
 * the version that it knows.
 */
import type { TensorData } from '../graph/index.js'

export interface ItemPartsOptions {
  /** Floats of each boundary tensor of an item. */
  readonly widths: readonly number[]
  /** More than 8 GiB is more than every version of Node has in one piece: the rest is not used. */
  readonly budgetBytes: number
  /** The memory of another thread's parts, made with the same widths. Default: its own; what is never written takes no memory of the machine's. */
  readonly memory?: SharedArrayBuffer | undefined
}

/** Where the parts of some candidates are written: one matrix for each boundary, a row for each candidate. */
export type PartRows = readonly Float32Array[]

const mostBytes = 2 ** 33
/** Slots that an item may have. */
const mostWays = 8
/** Numbers at the head of a slot, and where they stand. */
const headInts = 4
const [countAt, ownerAt, versionAt, usedAt] = [0, 1, 2, 3]

/** Whole eight bytes: V8 copies shared memory byte by byte where source and target do not begin alike, in three times the time. */
const aligned = (floats: number): number => 2 * Math.ceil(floats / 2)

export class ItemParts {
  readonly memory: SharedArrayBuffer
  private readonly starts: readonly number[]
  private readonly rowFloats: number
  private readonly ways: number
  private readonly sets: number
  /** By set and way: count, item + 1 (0: empty), version, and whether it was asked for since a hand came by. */
  private readonly heads: Int32Array
  /** By way and set, so that few items lie close together. */
  private readonly rows: Float32Array
  private hand = 0

  constructor(private readonly options: ItemPartsOptions) {
    const { widths, budgetBytes, memory } = options
    const ends = widths.map((_, index) => widths.slice(0, index + 1).reduce((sum, width) => sum + aligned(width), 0))
    this.starts = [0, ...ends]
    this.rowFloats = ends.at(-1) ?? 0
    const slotBytes = 4 * (headInts + this.rowFloats)
    const slots = Math.max(1, Math.floor((memory?.byteLength ?? Math.min(budgetBytes, mostBytes)) / slotBytes))
    this.ways = Math.min(mostWays, slots)
    this.sets = Math.floor(slots / this.ways)
    this.memory = memory ?? new SharedArrayBuffer(this.capacity * slotBytes)
    this.heads = new Int32Array(this.memory, 0, headInts * this.capacity)
    this.rows = new Float32Array(this.memory, this.heads.byteLength, this.rowFloats * this.capacity)
  }

  /** Items whose parts the budget can hold. */
  get capacity(): number {
    return this.sets * this.ways
  }

  /** Writes the parts of an item at a version into row `row` of each matrix; false: they are not there. */
  read(item: number, version: number, targets: PartRows, row: number): boolean {
    const { heads } = this
    const set = item % this.sets
    for (let way = 0; way < this.ways; way++) {
      const head = this.headOf(set, way)
      const count = Atomics.load(heads, head + countAt)
      if (count % 2 !== 0 || heads[head + ownerAt] !== item + 1 || heads[head + versionAt] !== version) continue
      this.copyOut(this.rowOf(set, way), targets, row)
      // A load could come before the reads of the row; what also writes cannot.
      if (Atomics.add(heads, head + countAt, 0) !== count) return false
      if (heads[head + usedAt] === 0) heads[head + usedAt] = 1
      return true
    }
    return false
  }

  /** Keeps the parts of an item at a version: row `row` of each matrix. */
  write(item: number, version: number, sources: readonly TensorData['data'][], row: number): void {
    const { heads } = this
    const set = item % this.sets
    const way = this.wayFor(set, item)
    const head = this.headOf(set, way)
    const count = Atomics.load(heads, head + countAt)
    // Another thread writes here: computing an item once more costs less than waiting.
    if (count % 2 !== 0 || Atomics.compareExchange(heads, head + countAt, count, count + 1) !== count) return
    heads[head + ownerAt] = item + 1
    heads[head + versionAt] = version
    // Once is no habit: what is asked for a second time stays longer.
    heads[head + usedAt] = 0
    this.copyIn(this.rowOf(set, way), sources, row)
    Atomics.store(heads, head + countAt, count + 2)
  }

  private headOf(set: number, way: number): number {
    return headInts * (set * this.ways + way)
  }

  private rowOf(set: number, way: number): number {
    return this.rowFloats * (way * this.sets + set)
  }

  /** The slot that an item has, whatever its version; else one that is empty; else one that was not asked for since the hand came by. */
  private wayFor(set: number, item: number): number {
    let empty = -1
    for (let way = this.ways - 1; way >= 0; way--) {
      const owner = this.heads[this.headOf(set, way) + ownerAt]
      if (owner === item + 1) return way
      if (owner === 0) empty = way
    }
    if (empty >= 0) return empty
    for (;;) {
      this.hand = (this.hand + 1) % this.ways
      const used = this.headOf(set, this.hand) + usedAt
      if (this.heads[used] === 0) return this.hand
      this.heads[used] = 0
    }
  }

  /** Plain indices: this is done for every candidate of every request. */
  private copyOut(first: number, targets: PartRows, row: number): void {
    for (let index = 0; index < targets.length; index++) {
      const [width, target] = [this.options.widths[index] ?? 0, targets[index]]
      const from = first + (this.starts[index] ?? 0)
      if (width > 1) target?.set(this.rows.subarray(from, from + width), row * width)
      else if (target) target[row] = this.rows[from] ?? 0
    }
  }

  private copyIn(first: number, sources: readonly TensorData['data'][], row: number): void {
    for (let index = 0; index < sources.length; index++) {
      const width = this.options.widths[index] ?? 0
      const part = sources[index]?.subarray(row * width, (row + 1) * width)
      if (part) this.rows.set(part, first + (this.starts[index] ?? 0))
    }
  }
}
