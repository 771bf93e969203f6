/**
 * Touches: which examples look up which rows of a table, sorted by row. A touch is 8 bytes: the number of a term (u32), then the row (u32). A term is 8
 * bytes too: where the gradient of an example lies (u32, in floats), then what it counts (f32).
 */
import { bagFactor } from './combiner'

/** A block has 4 rows of 16 bytes or more: no two owners write to one cache line. */
const blockBits: u32 = 2

/** Several threads share the rows of a table: each owns some blocks of them. */
// @ts-ignore: decorator
@inline
export function isOwned(row: u32, owner: u32, owners: u32): bool {
  // 2³²/φ leads neighbours, which are about as frequent, to all owners in turn.
  return (((((row >> blockBits) * 0x9e3779b1) >> 16) * owners) >> 16) == owner
}

/**
 * Writes the touches of the owner's rows by one column, in the order of its ids, and returns how many. ids, offsets, weights: as for `gather`. Terms count
 * from `firstTerm`, one an example, or one an id where ids have weights. touches: room for all ids and one.
 */
export function findTouches(
  ids: usize, offsets: usize, weights: usize, count: i32, firstTerm: u32, owner: u32, owners: u32, touches: usize,
): i32 {
  let at = touches
  for (let example: i32 = 0; example < count; example++) {
    const start = offsets == 0 ? example : load<i32>(offsets + (<usize>example << 2))
    const end = offsets == 0 ? example + 1 : load<i32>(offsets + (<usize>(example + 1) << 2))
    for (let i: i32 = start; i < end; i++) {
      const row = load<u32>(ids + (<usize>i << 2))
      // Every touch is written and the owner's alone are kept: a jump that nobody can predict would cost more.
      store<u32>(at, firstTerm + <u32>(weights == 0 ? example : i))
      store<u32>(at, row, 4)
      at += <usize>isOwned(row, owner, owners) << 3
    }
  }
  return <i32>((at - touches) >> 3)
}

/** Bits that one pass sorts by: its counters lie in the first cache. */
const passBits: i32 = 10

/** Sorts touches by row, those of one row stay in their order; rows have `bits` bits. spare: as large as the touches; counters: 4 KiB. */
export function sortTouches(touches: usize, spare: usize, count: i32, bits: i32, counters: usize): void {
  const passes = (bits + passBits - 1) / passBits
  if (passes == 0) return
  const digitBits = (bits + passes - 1) / passes
  const digits: u32 = (1 << digitBits) - 1
  let from = touches
  let to = spare
  for (let pass: i32 = 0; pass < passes; pass++) {
    const shift: u32 = <u32>(pass * digitBits)
    const end = from + (<usize>count << 3)
    memory.fill(counters, 0, <usize>4 << digitBits)
    for (let at = from; at < end; at += 8) {
      const counter = counters + (<usize>((load<u32>(at, 4) >> shift) & digits) << 2)
      store<u32>(counter, load<u32>(counter) + 8)
    }
    let next = to
    for (let digit: u32 = 0; digit <= digits; digit++) {
      const counter = counters + (<usize>digit << 2)
      const size = load<u32>(counter)
      store<u32>(counter, <u32>next)
      next += <usize>size
    }
    for (let at = from; at < end; at += 8) {
      const counter = counters + (<usize>((load<u32>(at, 4) >> shift) & digits) << 2)
      const place = load<u32>(counter)
      store<u64>(<usize>place, load<u64>(at))
      store<u32>(counter, place + 8)
    }
    const sorted = to
    to = from
    from = sorted
  }
  if (from != touches) memory.copy(touches, from, <usize>count << 3)
}

/** Writes the terms of one column: the gradient of example r lies `stride` floats behind that of r − 1, that of the first at `first`. */
export function writeTerms(
  offsets: usize, weights: usize, count: i32, combiner: i32, first: u32, stride: u32, terms: usize,
): void {
  let at = terms
  for (let example: i32 = 0; example < count; example++) {
    const start = offsets == 0 ? example : load<i32>(offsets + (<usize>example << 2))
    const end = offsets == 0 ? example + 1 : load<i32>(offsets + (<usize>(example + 1) << 2))
    const factor = bagFactor(weights, start, end, combiner)
    const gradient = first + <u32>example * stride
    const termCount = weights == 0 ? 1 : end - start
    for (let i: i32 = 0; i < termCount; i++) {
      store<u32>(at, gradient)
      store<f32>(at, weights == 0 ? factor : factor * load<f32>(weights + (<usize>(start + i) << 2)), 4)
      at += 8
    }
  }
}
