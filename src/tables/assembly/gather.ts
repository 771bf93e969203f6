/** Reading rows into the staging matrix. */
import { bagFactor } from './combiner'

/** Ids whose rows are brought into the cache together: loads that wait for nothing, as many as a processor has under way. */
const blockIds: i32 = 64

/**
 * Combines the rows of each example's ids into its place, zeros for an empty list; with `isAdding` what stands there is added to. table: rows of
 * `rowFloats` floats, weights first; ids of example r: i32 `[offsets[r], offsets[r+1])`, or just r where `offsets` is 0; weights: f32 per id, or 0
 * for ones; out: `count` places of `dimension` floats, `outStride` floats apart. Returns a number without meaning.
 */
export function gather(
  table: usize, rowFloats: i32, dimension: i32, ids: usize, offsets: usize, weights: usize, combiner: i32,
  count: i32, out: usize, outStride: i32, isAdding: bool,
): i32 {
  let read: i32 = 0
  const outBytes = <usize>outStride << 2
  if (offsets == 0 && weights == 0) {
    for (let example: i32 = 0; example < count; example++)
      copyRow(rowOf(table, rowFloats, ids, example), out + <usize>example * outBytes, dimension, isAdding)
    return 0
  }
  const last = offsets == 0 ? 0 : load<i32>(offsets + (<usize>count << 2))
  let ahead: i32 = 0
  for (let example: i32 = 0; example < count; example++) {
    const start = offsets == 0 ? example : load<i32>(offsets + (<usize>example << 2))
    const end = offsets == 0 ? example + 1 : load<i32>(offsets + (<usize>(example + 1) << 2))
    if (offsets != 0 && end > ahead) {
      ahead = max(ahead, start)
      const most = min(last, max(end, ahead + blockIds))
      for (; ahead < most; ahead++) read ^= load<i32>(rowOf(table, rowFloats, ids, ahead))
    }
    const factor = bagFactor(weights, start, end, combiner)
    const target = out + <usize>example * outBytes
    let column: i32 = 0
    for (; column + 16 <= dimension; column += 16) {
      sumSixteen(table + (<usize>column << 2), rowFloats, ids, weights, start, end, factor, target + (<usize>column << 2), isAdding)
    }
    for (; column + 4 <= dimension; column += 4) {
      sumFour(table + (<usize>column << 2), rowFloats, ids, weights, start, end, factor, target + (<usize>column << 2), isAdding)
    }
    for (; column < dimension; column++) {
      sumOne(table + (<usize>column << 2), rowFloats, ids, weights, start, end, factor, target + (<usize>column << 2), isAdding)
    }
  }
  return read
}

/** One row as it is. */
// @ts-ignore: decorator
@inline
function copyRow(row: usize, target: usize, dimension: i32, isAdding: bool): void {
  const end: i32 = dimension & ~3
  for (let i: i32 = 0; i < end; i += 4) {
    const at = <usize>i << 2
    const values = v128.load(row + at)
    v128.store(target + at, isAdding ? f32x4.add(v128.load(target + at), values) : values)
  }
  for (let i: i32 = end; i < dimension; i++) {
    const at = <usize>i << 2
    const value = load<f32>(row + at)
    store<f32>(target + at, isAdding ? load<f32>(target + at) + value : value)
  }
}

/** The place of the i-th id's row. */
// @ts-ignore: decorator
@inline
function rowOf(table: usize, rowFloats: i32, ids: usize, i: i32): usize {
  return table + ((<usize>load<u32>(ids + (<usize>i << 2)) * <usize>rowFloats) << 2)
}

// @ts-ignore: decorator
@inline
function weightOf(weights: usize, i: i32): f32 {
  return weights == 0 ? <f32>1 : load<f32>(weights + (<usize>i << 2))
}

// @ts-ignore: decorator
@inline
function leave(target: usize, sum: v128, factor: v128, isAdding: bool): void {
  const scaled = f32x4.mul(sum, factor)
  v128.store(target, isAdding ? f32x4.add(v128.load(target), scaled) : scaled)
}

/** A cache line of each row, in registers: what several rows wait for, they wait for together. */
// @ts-ignore: decorator
@inline
function sumSixteen(
  table: usize, rowFloats: i32, ids: usize, weights: usize, start: i32, end: i32, factor: f32, target: usize, isAdding: bool,
): void {
  let a = f32x4.splat(0)
  let b = f32x4.splat(0)
  let c = f32x4.splat(0)
  let d = f32x4.splat(0)
  for (let i: i32 = start; i < end; i++) {
    const row = rowOf(table, rowFloats, ids, i)
    const weight = f32x4.splat(weightOf(weights, i))
    a = f32x4.add(a, f32x4.mul(v128.load(row), weight))
    b = f32x4.add(b, f32x4.mul(v128.load(row, 16), weight))
    c = f32x4.add(c, f32x4.mul(v128.load(row, 32), weight))
    d = f32x4.add(d, f32x4.mul(v128.load(row, 48), weight))
  }
  const factors = f32x4.splat(factor)
  leave(target, a, factors, isAdding)
  leave(target + 16, b, factors, isAdding)
  leave(target + 32, c, factors, isAdding)
  leave(target + 48, d, factors, isAdding)
}

// @ts-ignore: decorator
@inline
function sumFour(
  table: usize, rowFloats: i32, ids: usize, weights: usize, start: i32, end: i32, factor: f32, target: usize, isAdding: bool,
): void {
  let sum = f32x4.splat(0)
  for (let i: i32 = start; i < end; i++) {
    const weight = f32x4.splat(weightOf(weights, i))
    sum = f32x4.add(sum, f32x4.mul(v128.load(rowOf(table, rowFloats, ids, i)), weight))
  }
  leave(target, sum, f32x4.splat(factor), isAdding)
}

// @ts-ignore: decorator
@inline
function sumOne(
  table: usize, rowFloats: i32, ids: usize, weights: usize, start: i32, end: i32, factor: f32, target: usize, isAdding: bool,
): void {
  let sum: f32 = 0
  for (let i: i32 = start; i < end; i++) sum += load<f32>(rowOf(table, rowFloats, ids, i)) * weightOf(weights, i)
  const scaled = sum * factor
  store<f32>(target, isAdding ? load<f32>(target) + scaled : scaled)
}
