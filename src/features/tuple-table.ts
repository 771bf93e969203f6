/** Tuples of ids to indices by open addressing: the exact vocabulary of crosses. A key is the tuple itself, never joined text. */

export class TupleTable {
  readonly count: number
  private readonly slots: Int32Array

  /** `tuples`: `count × arity` ids, all different. */
  constructor(
    readonly tuples: Int32Array,
    readonly arity: number,
  ) {
    this.count = tuples.length / arity
    const size = 2 ** Math.max(4, Math.ceil(Math.log2(2 * this.count + 1)))
    this.slots = new Int32Array(size).fill(-1)
    for (let index = 0; index < this.count; index++) this.slots[this.slotOf(tuples, index * arity)] = index
  }

  /** The index of the tuple at `ids[at] … ids[at + arity − 1]`, −1 when it is not there. */
  find(ids: Int32Array, at: number): number {
    return this.slots[this.slotOf(ids, at)] ?? -1
  }

  private slotOf(ids: Int32Array, at: number): number {
    const mask = this.slots.length - 1
    for (let slot = hashTuple(ids, at, this.arity) & mask; ; slot = (slot + 1) & mask) {
      const index = this.slots[slot] ?? -1
      if (index < 0 || this.isEqual(index, ids, at)) return slot
    }
  }

  private isEqual(index: number, ids: Int32Array, at: number): boolean {
    for (let i = 0; i < this.arity; i++) if (this.tuples[index * this.arity + i] !== ids[at + i]) return false
    return true
  }
}

/** A hash of a tuple of ids; stable, as hashed crosses are stored by it. */
export function hashTuple(ids: Int32Array, at: number, arity: number): number {
  let hash = 0x9e3779b9 | 0
  for (let i = 0; i < arity; i++) {
    hash = Math.imul(hash ^ (ids[at + i] ?? 0), 0x7feb352d)
    hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
    hash ^= hash >>> 16
  }
  return hash
}
