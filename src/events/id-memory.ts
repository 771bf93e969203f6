/**
 * Which ids were seen of late, in bounded memory: 64-bit hashes in two generations. When the younger is full it becomes the older, and
 * the older is forgotten: at least the last `capacity` ids are remembered, at most twice as many. That two ids of two million share a
 * hash, and the later event is taken for a duplicate, has a chance of about one in ten million.
 */

/** High and low 32 bits; the low ones are never 0, which marks a free slot. */
export type IdHash = readonly [high: number, low: number]

export interface IdMemory {
  has(hash: IdHash): boolean
  add(hash: IdHash): void
}

interface IdSet extends IdMemory {
  readonly size: number
}

export function createIdMemory(capacity: number): IdMemory {
  let younger = createIdSet(capacity)
  let older = createIdSet(capacity)
  return {
    has: (hash) => younger.has(hash) || older.has(hash),
    add(hash) {
      if (younger.size >= capacity) [younger, older] = [createIdSet(capacity), younger]
      younger.add(hash)
    },
  }
}

/** A hash of two lanes over the UTF-16 code units. Stable: files depend on it. */
export function idHash(id: string): IdHash {
  let high = 0x9e3779b9
  let low = 0x85ebca6b
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i)
    high = Math.imul(high ^ unit, 0x9e3779b1)
    high ^= high >>> 15
    low = Math.imul(low ^ unit, 0xc2b2ae35)
    low ^= low >>> 13
  }
  high = Math.imul(high ^ (low >>> 16), 0x7feb352d)
  low = Math.imul(low ^ (high >>> 15), 0x846ca68b)
  high ^= low >>> 16
  return [high >>> 0, low >>> 0 || 1]
}

/** Open addressing over 8 bytes a slot; made in its full size, because growing would hold up whoever waits for an answer. */
function createIdSet(capacity: number): IdSet {
  const slotCount = 2 ** Math.ceil(Math.log2(capacity / 0.75))
  const slots = new Uint32Array(2 * slotCount)
  let size = 0

  /** Place of a hash, or of the free slot where it belongs. */
  const placeOf = ([high, low]: IdHash): number => {
    for (let slot = low & (slotCount - 1); ; slot = (slot + 1) & (slotCount - 1)) {
      const place = 2 * slot
      if (slots[place + 1] === 0 || (slots[place] === high && slots[place + 1] === low)) return place
    }
  }
  return {
    get size() {
      return size
    },
    has: (hash) => slots[placeOf(hash) + 1] !== 0,
    add(hash) {
      const place = placeOf(hash)
      if (slots[place + 1] === 0) size++
      slots[place] = hash[0]
      slots[place + 1] = hash[1]
    },
  }
}
