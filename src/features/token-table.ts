/**
 * Tokens to ids by open addressing over typed arrays: a JavaScript `Map` ends at 16.7 million entries. Bytes of all tokens lie in one
 * block; hashes are kept, so that growing never hashes twice; tokens are compared byte by byte, so that ids never collide.
 */

const encoder = new TextEncoder()
// A token may begin with a byte order mark.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Ends are 32-bit integers, and Node reads no file beyond it. */
const mostBytes = 2 ** 31 - 1

let scratch = new Uint8Array(1024)

export class TokenTable {
  private bytes: Uint8Array
  private ends: Int32Array
  private hashes: Int32Array
  private slots: Int32Array
  count: number

  constructor(
    bytes: Uint8Array = new Uint8Array(0),
    ends: Int32Array = new Int32Array(0),
    private readonly byteLimit = mostBytes,
  ) {
    this.bytes = bytes
    this.ends = ends
    this.count = ends.length
    this.hashes = new Int32Array(ends.length)
    for (let index = 0; index < ends.length; index++)
      this.hashes[index] = hashBytes(bytes, this.startOf(index), ends[index] ?? 0)
    this.slots = this.makeSlots(tableSize(ends.length))
  }

  /** The index of a token, −1 when it is not there. */
  find(token: string): number {
    const length = encode(token)
    return this.slots[this.slotOf(length, hashBytes(scratch, 0, length))] ?? -1
  }

  /** Adds a token; one that is there keeps its index. False when there is no room for it. */
  add(token: string): boolean {
    if (2 * (this.count + 1) > this.slots.length) this.slots = this.makeSlots(2 * this.slots.length)
    const length = encode(token)
    const hash = hashBytes(scratch, 0, length)
    const slot = this.slotOf(length, hash)
    if ((this.slots[slot] ?? -1) >= 0) return true
    if (this.startOf(this.count) + length > this.byteLimit) return false
    this.append(length, hash)
    this.slots[slot] = this.count++
    return true
  }

  /** A table in which some tokens have no name any more: their places stay, and nothing is found there. */
  without(tokens: readonly string[]): TokenTable {
    const places = new Set(tokens.map((token) => this.find(token)))
    const kept: Uint8Array[] = []
    const ends = new Int32Array(this.count)
    for (let index = 0, end = 0; index < this.count; index++) {
      const own = this.bytes.subarray(this.startOf(index), this.ends[index] ?? 0)
      if (!places.has(index)) kept.push(own)
      ends[index] = end += places.has(index) ? 0 : own.length
    }
    return new TokenTable(Uint8Array.from(Buffer.concat(kept)), ends, this.byteLimit)
  }

  /** Empty for a place without a name. */
  tokenAt(index: number): string {
    return decoder.decode(this.bytes.subarray(this.startOf(index), this.ends[index] ?? 0))
  }

  /** What a file keeps: the bytes of all tokens, and where each ends. */
  arrays(): { bytes: Uint8Array; ends: Int32Array } {
    return { bytes: this.bytes.slice(0, this.startOf(this.count)), ends: this.ends.slice(0, this.count) }
  }

  private startOf(index: number): number {
    return index === 0 ? 0 : (this.ends[index - 1] ?? 0)
  }

  private append(length: number, hash: number): void {
    const start = this.startOf(this.count)
    if (start + length > this.bytes.length) this.bytes = grown(this.bytes, start + length, Uint8Array)
    if (this.count >= this.ends.length) {
      this.ends = grown(this.ends, this.count + 1, Int32Array)
      this.hashes = grown(this.hashes, this.count + 1, Int32Array)
    }
    this.bytes.set(scratch.subarray(0, length), start)
    this.ends[this.count] = start + length
    this.hashes[this.count] = hash
  }

  /** The slot of the token in `scratch`, or the empty one where it belongs. */
  private slotOf(length: number, hash: number): number {
    const mask = this.slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = this.slots[slot] ?? -1
      if (index < 0 || (this.hashes[index] === hash && this.isEqual(index, length))) return slot
    }
  }

  private isEqual(index: number, length: number): boolean {
    const start = this.startOf(index)
    if ((this.ends[index] ?? 0) - start !== length) return false
    for (let i = 0; i < length; i++) if (this.bytes[start + i] !== scratch[i]) return false
    return true
  }

  private makeSlots(size: number): Int32Array {
    const slots = new Int32Array(size).fill(-1)
    const mask = size - 1
    for (let index = 0; index < this.count; index++) {
      // Places without a name are found by none.
      if (this.startOf(index) === this.ends[index]) continue
      let slot = (this.hashes[index] ?? 0) & mask
      while ((slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask
      slots[slot] = index
    }
    return slots
  }
}

/** Writes a token's UTF-8 bytes to `scratch` and returns how many there are. */
function encode(token: string): number {
  if (3 * token.length > scratch.length) scratch = new Uint8Array(6 * token.length)
  return encoder.encodeInto(token, scratch).written
}

/** FNV-1a with a final mix. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  return hash ^ (hash >>> 15)
}

/** A power of two that leaves at least half of the slots empty. */
function tableSize(count: number): number {
  return 2 ** Math.max(4, Math.ceil(Math.log2(2 * count + 1)))
}

function grown<A extends Uint8Array | Int32Array>(array: A, least: number, make: new (length: number) => A): A {
  const larger = new make(Math.max(least, Math.ceil(1.5 * array.length), 1024))
  larger.set(array)
  return larger
}
