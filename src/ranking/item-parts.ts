/**
 * What is computed once an item: the boundary tensors of the item graph, in one flat buffer within a memory budget. Filled on demand;
 * when it is full, an item makes place that was not asked for since the clock's hand last came by.
 */

export interface ItemPartsOptions {
  /** Floats of each boundary tensor of an item. */
  readonly widths: readonly number[]
  readonly budgetBytes: number
}

/** Where the parts of some candidates are written: one matrix for each boundary, a row for each candidate. */
export type PartRows = readonly Float32Array[]

export class ItemParts {
  readonly rowFloats: number
  private readonly mostSlots: number
  private readonly starts: readonly number[]
  private rows = new Float32Array(0)
  /** By item: its slot, −1 without one. */
  private slots = new Int32Array(0)
  /** By slot: its item, −1 when free, and whether it was asked for since the hand came by. */
  private items = new Int32Array(0)
  private wasUsed = new Uint8Array(0)
  private hand = 0

  constructor(private readonly options: ItemPartsOptions) {
    this.starts = options.widths.map((_, index) =>
      options.widths.slice(0, index).reduce((sum, width) => sum + width, 0),
    )
    this.rowFloats = options.widths.reduce((sum, width) => sum + width, 0)
    this.mostSlots = Math.max(1, Math.floor(options.budgetBytes / (4 * Math.max(1, this.rowFloats))))
  }

  /** Items whose parts the buffer can hold. */
  get capacity(): number {
    return this.items.length
  }

  /** Bytes that the buffer takes now. */
  get bytes(): number {
    return this.rows.byteLength
  }

  /** Makes place for so many items, and for more that will come one by one; a larger buffer begins empty. */
  reserve(itemCount: number): void {
    if (itemCount <= this.slots.length) return
    const capacity = Math.max(itemCount, Math.ceil(1.5 * this.slots.length))
    const slots = new Int32Array(capacity).fill(-1)
    const slotCount = Math.min(capacity, this.mostSlots)
    if (slotCount > this.items.length) {
      this.rows = new Float32Array(slotCount * this.rowFloats)
      this.items = new Int32Array(slotCount).fill(-1)
      this.wasUsed = new Uint8Array(slotCount)
      this.hand = 0
    } else slots.set(this.slots)
    this.slots = slots
  }

  /** Forgets an item whose features have changed. */
  forget(item: number): void {
    const slot = this.slots[item] ?? -1
    if (slot < 0) return
    this.slots[item] = -1
    this.items[slot] = -1
  }

  /** Writes the parts that are there; answers the rows of the candidates that are not. */
  read(candidates: Int32Array, targets: PartRows): number[] {
    const missing: number[] = []
    for (let row = 0; row < candidates.length; row++) {
      const slot = this.slots[candidates[row] ?? 0] ?? -1
      if (slot < 0) missing.push(row)
      else {
        this.wasUsed[slot] = 1
        this.copy(slot * this.rowFloats, targets, row)
      }
    }
    return missing
  }

  /** Plain indices: this is done for every candidate of every request. */
  private copy(from: number, targets: PartRows, row: number): void {
    for (let index = 0; index < targets.length; index++) {
      const width = this.options.widths[index] ?? 0
      const at = from + (this.starts[index] ?? 0)
      const target = targets[index]
      if (width > 1) target?.set(this.rows.subarray(at, at + width), row * width)
      else if (target) target[row] = this.rows[at] ?? 0
    }
  }

  /** Keeps the parts of an item: row `row` of each matrix. */
  write(item: number, sources: readonly ArrayLike<number>[], row: number): void {
    // A candidate that is asked for twice is computed twice, and kept once.
    if ((this.slots[item] ?? -1) >= 0) return
    const slot = this.freeSlot()
    this.slots[item] = slot
    this.items[slot] = item
    this.wasUsed[slot] = 1
    for (const [index, source] of sources.entries()) {
      const width = this.options.widths[index] ?? 0
      const to = slot * this.rowFloats + (this.starts[index] ?? 0)
      for (let i = 0; i < width; i++) this.rows[to + i] = source[row * width + i] ?? 0
    }
  }

  private freeSlot(): number {
    for (;;) {
      const slot = this.hand
      this.hand = (slot + 1) % this.items.length
      const item = this.items[slot] ?? -1
      if (item < 0) return slot
      if (this.wasUsed[slot] === 0) {
        this.slots[item] = -1
        return slot
      }
      this.wasUsed[slot] = 0
    }
  }
}
