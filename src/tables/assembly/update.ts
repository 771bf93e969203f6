/** The way back of tables: the gradients of one row are summed in the order of its touches, then the row is updated, once. */
import { isOwned } from './touches'
import { addPenalties, limitNorm, scale, sumOfSquares, transpose } from './vectors'

/** Where the touches of the row that `at` touches end. */
// @ts-ignore: decorator
@inline
function endOfRow(at: usize, end: usize): usize {
  const row = load<u32>(at, 4)
  let next = at + 8
  while (next < end && load<u32>(next, 4) == row) next += 8
  return next
}

/** Writes Σ factor · gradient over the touches `[first, end)`: `dimension` floats. */
// @ts-ignore: decorator
@inline
function sumTouches(first: usize, end: usize, terms: usize, gradient: usize, dimension: i32, sums: usize): void {
  let column: i32 = 0
  for (; column + 16 <= dimension; column += 16) {
    let a = f32x4.splat(0)
    let b = f32x4.splat(0)
    let c = f32x4.splat(0)
    let d = f32x4.splat(0)
    for (let at = first; at < end; at += 8) {
      const term = terms + (<usize>load<u32>(at) << 3)
      const source = gradient + (<usize>(load<u32>(term) + <u32>column) << 2)
      const factor = f32x4.splat(load<f32>(term, 4))
      a = f32x4.add(a, f32x4.mul(v128.load(source), factor))
      b = f32x4.add(b, f32x4.mul(v128.load(source, 16), factor))
      c = f32x4.add(c, f32x4.mul(v128.load(source, 32), factor))
      d = f32x4.add(d, f32x4.mul(v128.load(source, 48), factor))
    }
    const target = sums + (<usize>column << 2)
    v128.store(target, a)
    v128.store(target, b, 16)
    v128.store(target, c, 32)
    v128.store(target, d, 48)
  }
  for (; column + 4 <= dimension; column += 4) {
    let sum = f32x4.splat(0)
    for (let at = first; at < end; at += 8) {
      const term = terms + (<usize>load<u32>(at) << 3)
      const source = gradient + (<usize>(load<u32>(term) + <u32>column) << 2)
      sum = f32x4.add(sum, f32x4.mul(v128.load(source), f32x4.splat(load<f32>(term, 4))))
    }
    v128.store(sums + (<usize>column << 2), sum)
  }
  for (; column < dimension; column++) {
    let sum: f32 = 0
    for (let at = first; at < end; at += 8) {
      const term = terms + (<usize>load<u32>(at) << 3)
      sum += load<f32>(gradient + (<usize>(load<u32>(term) + <u32>column) << 2)) * load<f32>(term, 4)
    }
    store<f32>(sums + (<usize>column << 2), sum)
  }
}

/** Σ g² over the gradients of the rows that are touched. sums: `dimension` floats of room. */
export function squaredNorm(
  touches: usize, count: i32, terms: usize, gradient: usize, dimension: i32, sums: usize,
): f64 {
  const end = touches + (<usize>count << 3)
  let sum: f64 = 0
  for (let at = touches; at < end;) {
    const next = endOfRow(at, end)
    sumTouches(at, next, terms, gradient, dimension, sums)
    sum += sumOfSquares(sums, dimension)
    at = next
  }
  return sum
}

/** Touches whose rows are brought into the cache together. */
const blockTouches: usize = 32

/**
 * Reads one word of each of the first cache lines, four at most, of the rows of a block of touches. Rows lie far apart: loads that wait for nothing bring
 * them into the cache side by side. Returns what it read, a number without meaning: loads that lead nowhere would be compiled away.
 */
// @ts-ignore: decorator
@inline
function readAhead(first: usize, end: usize, table: usize, rowBytes: usize): i32 {
  const most = min(end, first + (blockTouches << 3))
  const bytes = min<usize>(rowBytes, 256)
  let read: i32 = 0
  for (let at = first; at < most; at += 8) {
    const row = table + <usize>load<u32>(at, 4) * rowBytes
    for (let line: usize = 0; line < bytes; line += 64) read ^= load<i32>(row + line)
  }
  return read
}

// @ts-ignore: decorator
@inline
function updateRow(
  optimizer: u32, hyperparameters: usize, row: usize, gradient: usize, dimension: i32, l2: f32, l1: f32, maxNorm: f32,
): void {
  addPenalties(gradient, row, dimension, l2, l1)
  call_indirect<void>(optimizer, row, gradient, dimension, <usize>dimension << 2, hyperparameters)
  if (maxNorm > 0) limitNorm(row, dimension, maxNorm)
}

/**
 * Updates the rows that are touched: their gradients times `factor`, and those of the penalties `l2` and `l1`; no row is longer than `maxNorm` afterwards (0: any
 * length). sums: room for `dimension` floats, 112 bytes at least. Returns a number without meaning.
 */
export function updateTouched(
  optimizer: u32, hyperparameters: usize, table: usize, rowFloats: i32, dimension: i32, l2: f32, l1: f32, maxNorm: f32,
  touches: usize, count: i32, terms: usize, gradient: usize, factor: f32, sums: usize,
): i32 {
  const end = touches + (<usize>count << 3)
  if (dimension == 1 && rowFloats == 4 && maxNorm == 0)
    return updateFours(optimizer, hyperparameters, table, l2, l1, touches, end, terms, gradient, factor, sums)
  const rowBytes = <usize>rowFloats << 2
  let read: i32 = 0
  let ahead = touches
  for (let at = touches; at < end;) {
    if (at >= ahead) {
      read ^= readAhead(at, end, table, rowBytes)
      ahead = at + (blockTouches << 3)
    }
    const next = endOfRow(at, end)
    sumTouches(at, next, terms, gradient, dimension, sums)
    if (factor != 1) scale(sums, dimension, factor)
    updateRow(optimizer, hyperparameters, table + <usize>load<u32>(at, 4) * rowBytes, sums, dimension, l2, l1, maxNorm)
    at = next
  }
  return read
}

/** The same for rows of one weight and at most three slots: four rows at a time are one row of four weights. */
function updateFours(
  optimizer: u32, hyperparameters: usize, table: usize, l2: f32, l1: f32,
  touches: usize, end: usize, terms: usize, gradient: usize, factor: f32, room: usize,
): i32 {
  const sums = room + 64
  const rows = room + 80
  // Stands for the rows that the last four lack.
  const nobody = room + 96
  let read: i32 = 0
  let ahead = touches
  for (let at = touches; at < end;) {
    if (at >= ahead) {
      read ^= readAhead(at, end, table, 16)
      ahead = at + (blockTouches << 3)
    }
    v128.store(sums, f32x4.splat(0))
    v128.store(rows, i32x4.splat(<i32>nobody))
    for (let lane: usize = 0; lane < 16 && at < end; lane += 4) {
      const next = endOfRow(at, end)
      sumTouches(at, next, terms, gradient, 1, sums + lane)
      store<u32>(rows + lane, <u32>(table + ((<usize>load<u32>(at, 4)) << 4)))
      at = next
    }
    if (factor != 1) scale(sums, 4, factor)
    const a = <usize>load<u32>(rows)
    const b = <usize>load<u32>(rows, 4)
    const c = <usize>load<u32>(rows, 8)
    const d = <usize>load<u32>(rows, 12)
    transpose(v128.load(a), v128.load(b), v128.load(c), v128.load(d), room, 16)
    updateRow(optimizer, hyperparameters, room, sums, 4, l2, l1, 0)
    transpose(v128.load(room), v128.load(room, 16), v128.load(room, 32), v128.load(room, 48), room, 16)
    v128.store(a, v128.load(room))
    v128.store(b, v128.load(room, 16))
    v128.store(c, v128.load(room, 32))
    v128.store(d, v128.load(room, 48))
  }
  return read
}

/** Updates every row of the owner: those that are not touched have the gradients of the penalties alone. */
export function updateEvery(
  optimizer: u32, hyperparameters: usize, table: usize, rowFloats: i32, dimension: i32, l2: f32, l1: f32, maxNorm: f32,
  touches: usize, count: i32, terms: usize, gradient: usize, factor: f32, sums: usize, rowCount: i32, owner: u32, owners: u32,
): void {
  const end = touches + (<usize>count << 3)
  const rowBytes = <usize>rowFloats << 2
  let at = touches
  for (let row: u32 = 0; row < <u32>rowCount; row++) {
    if (!isOwned(row, owner, owners)) continue
    const next = at < end && load<u32>(at, 4) == row ? endOfRow(at, end) : at
    sumTouches(at, next, terms, gradient, dimension, sums)
    if (factor != 1) scale(sums, dimension, factor)
    updateRow(optimizer, hyperparameters, table + <usize>row * rowBytes, sums, dimension, l2, l1, maxNorm)
    at = next
  }
}

/** Scales the rows of a table that are longer than `maxNorm` down to it. */
export function limitNorms(table: usize, rowFloats: i32, dimension: i32, rowCount: i32, maxNorm: f32): void {
  for (let row: i32 = 0; row < rowCount; row++) limitNorm(table + ((<usize>row * <usize>rowFloats) << 2), dimension, maxNorm)
}
