/**
 * A map of limited size whose values are bytes outside the heap: thousands of small objects that stay for a while would be copied and looked
 * through by the collector again and again, while requests wait.
 */
import { deserialize, serialize } from 'node:v8'
import { createBoundedMap } from './bounded-map.js'

/** Values lie one behind the other in pieces of so many bytes; a piece goes when the last of its values has gone. */
const pieceBytes = 2 ** 18

export interface PackedMap<V> {
  get(key: string): V | undefined
  /** `owner`: whose value it is; `null`: nobody's. */
  set(key: string, value: V, owner: string | null): void
  /** Lets go of all that is an owner's. */
  deleteOf(owner: string): void
}

interface Packed {
  readonly bytes: Uint8Array
  readonly owner: string | null
}

/** Holds plain data: what is got is a copy. What was used longest ago goes first. */
export function createPackedMap<V>(limit: number): PackedMap<V> {
  const entries = createBoundedMap<string, Packed>(limit)
  let piece = new Uint8Array(0)
  let used = 0
  const keep = (bytes: Uint8Array): Uint8Array => {
    if (used + bytes.length > piece.length) {
      piece = new Uint8Array(Math.max(pieceBytes, bytes.length))
      used = 0
    }
    const place = piece.subarray(used, used + bytes.length)
    place.set(bytes)
    used += bytes.length
    return place
  }
  return {
    get(key) {
      const packed = entries.get(key)
      return packed && (deserialize(packed.bytes) as V)
    },
    set(key, value, owner) {
      entries.set(key, { bytes: keep(serialize(value)), owner })
    },
    deleteOf(owner) {
      for (const [key, packed] of entries.entries())
        if (packed.owner === owner) {
          packed.bytes.fill(0)
          entries.delete(key)
        }
    },
  }
}
