/**
 * What is computed once an item: the boundary tensors of the item graph, in blocks of flat rows within a memory budget. Filled on
 * demand; when it is full, an item makes place that was not asked for since the clock's hand last came by.
 */
import type { TensorData } from '../graph/index.js'

export interface ItemPartsOptions {
  /** Floats of each boundary tensor of an item. */
  readonly widths: readonly number[]
  readonly budgetBytes: number
}

/** Where the parts of some candidates are written: one matrix for each boundary, a row for each candidate. */
export type PartRows = readonly Float32Array[]

/** Memory is taken in steps of about so many bytes, so that few items take little. */
const blockBytes = 2 ** 22

export class ItemParts {
  private readonly rowFloats: number
  private readonly starts: readonly number[]
  private readonly mostSlots: number
  private readonly slotsPerBlock: number
  private readonly blocks: Float32Array[] = []
  /** By item: its slot, −1 without one. */
  private slots = new Int32Array(0)
  /** By slot: its item, −1 when free, and whether it was asked for since the hand came by. */
  private readonly items: number[] = []
  private readonly wasUsed: boolean[] = []
  private readonly free: number[] = []
  private hand = 0

  constructor(private readonly options: ItemPartsOptions) {
    const { widths, budgetBytes } = options
    this.starts = widths.map((_, index) => widths.slice(0, index).reduce((sum, width) => sum + width, 0))
    this.rowFloats = widths.reduce((sum, width) => sum + width, 0)
    const rowBytes = 4 * Math.max(1, this.rowFloats)
    this.mostSlots = Math.max(1, Math.floor(budgetBytes / rowBytes))
    this.slotsPerBlock = Math.min(this.mostSlots, Math.ceil(blockBytes / rowBytes))
  }

  /** Items whose parts the budget can hold. */
  get capacity(): number {
    return this.mostSlots
  }

  /** Bytes that the rows take now. */
  get bytes(): number {
    return this.blocks.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** Forgets an item whose features have changed. */
  forget(item: number): void {
    const slot = this.slots[item] ?? -1
    if (slot < 0) return
    this.slots[item] = -1
    this.items[slot] = -1
    this.free.push(slot)
  }

  /** Writes the parts that are there; answers the rows of the candidates that are not. */
  read(candidates: Int32Array, targets: PartRows): number[] {
    const missing: number[] = []
    for (let row = 0; row < candidates.length; row++) {
      const slot = this.slots[candidates[row] ?? 0] ?? -1
      if (slot < 0) missing.push(row)
      else {
        this.wasUsed[slot] = true
        this.copyOut(slot, targets, row)
      }
    }
    return missing
  }

  /** Keeps the parts of an item: row `row` of each matrix. */
  write(item: number, sources: readonly TensorData['data'][], row: number): void {
    // A candidate that is asked for twice is computed twice, and kept once.
    if ((this.slots[item] ?? -1) >= 0) return
    const slot = this.freeSlot()
    if (item >= this.slots.length) {
      const longer = new Int32Array(Math.ceil(1.5 * item) + 1024).fill(-1)
      longer.set(this.slots)
      this.slots = longer
    }
    this.slots[item] = slot
    this.items[slot] = item
    // Once is no habit: what is asked for a second time stays longer.
    this.wasUsed[slot] = false
    const { block, first } = this.placeOf(slot)
    for (let index = 0; index < sources.length; index++) {
      const width = this.options.widths[index] ?? 0
      const part = sources[index]?.subarray(row * width, (row + 1) * width)
      if (part) block.set(part, first + (this.starts[index] ?? 0))
    }
  }

  /** Plain indices: this is done for every candidate of every request. */
  private copyOut(slot: number, targets: PartRows, row: number): void {
    const { block, first } = this.placeOf(slot)
    for (let index = 0; index < targets.length; index++) {
      const [width, target] = [this.options.widths[index] ?? 0, targets[index]]
      const from = first + (this.starts[index] ?? 0)
      if (width > 1) target?.set(block.subarray(from, from + width), row * width)
      else if (target) target[row] = block[from] ?? 0
    }
  }

  private placeOf(slot: number): { block: Float32Array; first: number } {
    const index = Math.floor(slot / this.slotsPerBlock)
    const block = (this.blocks[index] ??= new Float32Array(this.slotsPerBlock * this.rowFloats))
    return { block, first: (slot - index * this.slotsPerBlock) * this.rowFloats }
  }

  private freeSlot(): number {
    const freed = this.free.pop()
    if (freed !== undefined) return freed
    if (this.items.length < this.mostSlots) return this.items.push(-1) - 1
    for (;;) {
      const slot = this.hand
      this.hand = (slot + 1) % this.items.length
      if (this.wasUsed[slot] !== true) {
        const item = this.items[slot] ?? -1
        if (item >= 0) this.slots[item] = -1
        return slot
      }
      this.wasUsed[slot] = false
    }
  }
}
