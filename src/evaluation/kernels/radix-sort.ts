/**
 * Row indices in ascending order of their keys, equal keys in row order: a radix sort by 16-bit digits, exact for every
 * bit pattern. A comparison sort of two million rows takes about two seconds; this takes a quarter of one.
 * Little-endian machines, which are all that Node runs on here. −0 stands before 0, NaN at an end.
 */
export function ascendingOrder(keys: Float32Array | Float64Array | Int32Array): Uint32Array {
  const rowCount = keys.length
  const digitsPerKey = keys.BYTES_PER_ELEMENT / 2
  const digits = new Uint16Array(keys.buffer, keys.byteOffset, rowCount * digitsPerKey)
  const isFloat = !(keys instanceof Int32Array)
  const top = digitsPerKey - 1
  const starts = new Uint32Array(65536)
  let order = new Uint32Array(rowCount)
  for (let row = 0; row < rowCount; row++) order[row] = row
  let next = new Uint32Array(rowCount)
  for (let digit = 0; digit < digitsPerKey; digit++) {
    const flip = digit === top ? 0x8000 : 0
    // Negative floats are sign and magnitude: all their bits turn round, so that the largest magnitude comes first.
    const digitOf = (row: number): number =>
      digits[row * digitsPerKey + digit]! ^ (isFloat && digits[row * digitsPerKey + top]! & 0x8000 ? 0xffff : flip)
    starts.fill(0)
    for (let row = 0; row < rowCount; row++) starts[digitOf(row)]!++
    for (let value = 0, start = 0; value < 65536; value++) {
      const count = starts[value]!
      starts[value] = start
      start += count
    }
    for (let at = 0; at < rowCount; at++) {
      const row = order[at]!
      next[starts[digitOf(row)]!++] = row
    }
    ;[order, next] = [next, order]
  }
  return order
}
