/**
 * A map of limited size whose values are bytes outside the heap: thousands of small objects that stay for a while would be copied and looked
 * through by the collector again and again, while requests wait.
 */
import { deserialize, serialize } from 'node:v8'
import type { BoundedMap } from './bounded-map.js'
import { createBoundedMap } from './bounded-map.js'

/** Values lie one behind the other in pieces of so many bytes; a piece goes when the last of its values has gone. */
const pieceBytes = 2 ** 18

/** Holds plain data: what is got is a copy. What was used longest ago goes first. */
export function createPackedMap<V>(limit: number): Pick<BoundedMap<string, V>, 'get' | 'set'> {
  const entries = createBoundedMap<string, Uint8Array>(limit)
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
      const bytes = entries.get(key)
      return bytes && (deserialize(bytes) as V)
    },
    set(key, value) {
      entries.set(key, keep(serialize(value)))
    },
  }
}
