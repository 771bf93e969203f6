/** Hashes of ids, one after the other, as the file of a segment's ids holds them: 8 bytes each, the low half first. */
import type { IdHash } from './id-memory.js'

export interface IdList {
  readonly count: number
  add(hash: IdHash): void
  bytes(): Buffer
  [Symbol.iterator](): Iterator<IdHash>
}

const hashBytes = 8

/** A list of what such bytes hold; empty without any. */
export function createIdList(content: Buffer = Buffer.alloc(0)): IdList {
  let bytes = content
  let end = content.length
  return {
    get count() {
      return end / hashBytes
    },
    add([high, low]) {
      if (end === bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(Math.max(1024, end))])
      bytes.writeUInt32LE(low, end)
      bytes.writeUInt32LE(high, end + 4)
      end += hashBytes
    },
    bytes: () => bytes.subarray(0, end),
    *[Symbol.iterator]() {
      for (let at = 0; at < end; at += hashBytes) yield [bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at)]
    },
  }
}
