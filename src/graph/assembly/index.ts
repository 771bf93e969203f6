/**
 * The kernels between matrix products. Pointers are byte offsets into one memory; nothing is allocated here. Sums run in the order
 * of the rows, so a result is a function of its inputs alone.
 */
import * as e from './elementwise'

/** out = a + b, `count` floats; out may be an input. */
export function add(a: usize, b: usize, out: usize, count: i32): void {
  e.apply(e.add, a, b, out, count)
}

/** out = a · b element by element, `count` floats; out may be an input. */
export function multiply(a: usize, b: usize, out: usize, count: i32): void {
  e.apply(e.multiply, a, b, out, count)
}

/** out = a · 1 where y > 0, else a · 0, `count` floats: the gradient of relu, a NaN of `a` kept; out may be an input. */
export function multiplyHeaviside(a: usize, y: usize, out: usize, count: i32): void {
  e.apply(e.mask, a, y, out, count)
}

/** out = max(0, x), `count` floats; out may be x. */
export function relu(x: usize, out: usize, count: i32): void {
  e.apply(e.relu, x, x, out, count)
}

// @ts-ignore: decorator
@inline
function addToRows(isRelu: bool, values: usize, bias: usize, rows: i32, columns: i32): void {
  const end = <usize>(columns & ~3) << 2
  const last = <usize>columns << 2
  for (let row: i32 = 0; row < rows; row++) {
    const start = values + <usize>row * last
    for (let at: usize = 0; at < end; at += 16) {
      const sum = f32x4.add(v128.load(start + at), v128.load(bias + at))
      v128.store(start + at, isRelu ? e.applied(e.relu, sum, sum) : sum)
    }
    for (let at = end; at < last; at += 4) {
      const sum = f32x4.add(v128.load32_zero(start + at), v128.load32_zero(bias + at))
      v128.store_lane<f32>(start + at, isRelu ? e.applied(e.relu, sum, sum) : sum, 0)
    }
  }
}

/** values [rows, columns] += bias [columns]. */
export function addBias(values: usize, bias: usize, rows: i32, columns: i32): void {
  addToRows(false, values, bias, rows, columns)
}

/** values [rows, columns] = max(0, values + bias [columns]). */
export function addBiasRelu(values: usize, bias: usize, rows: i32, columns: i32): void {
  addToRows(true, values, bias, rows, columns)
}

/** out [columns] = Σ over the rows of x [rows, columns]. Sixteen columns at a time: a line of the cache. */
export function sumRows(x: usize, out: usize, rows: i32, columns: i32): void {
  const stride = <usize>columns << 2
  const end = <usize>(columns & ~15) << 2
  for (let at: usize = 0; at < end; at += 64) {
    let first = f32x4.splat(0)
    let second = first
    let third = first
    let fourth = first
    let line = x + at
    for (let row: i32 = 0; row < rows; row++) {
      first = f32x4.add(first, v128.load(line))
      second = f32x4.add(second, v128.load(line, 16))
      third = f32x4.add(third, v128.load(line, 32))
      fourth = f32x4.add(fourth, v128.load(line, 48))
      line += stride
    }
    v128.store(out + at, first)
    v128.store(out + at, second, 16)
    v128.store(out + at, third, 32)
    v128.store(out + at, fourth, 48)
  }
  for (let at = end; at < stride; at += 4) {
    let sum: f32 = 0
    for (let row: i32 = 0; row < rows; row++) sum += load<f32>(x + at + <usize>row * stride)
    store<f32>(out + at, sum)
  }
}

export { toBfloat16 } from '../../base/assembly/bfloat16'

/** out = x in float32, `count` numbers: exact. */
export function fromBfloat16(x: usize, out: usize, count: i32): void {
  const end: i32 = count & ~3
  for (let i: i32 = 0; i < end; i += 4) {
    v128.store(out + (<usize>i << 2), i32x4.shl(v128.load16x4_u(x + (<usize>i << 1)), 16))
  }
  for (let i = end; i < count; i++) store<u32>(out + (<usize>i << 2), <u32>load<u16>(x + (<usize>i << 1)) << 16)
}

/** A number of bfloat16 where that of y is above zero, else 0; a NaN of x stays. As whole numbers of 16 bits, those above zero are above zero. */
// @ts-ignore: decorator
@inline
function wherePositive(x: v128, y: v128): v128 {
  const isNan = i16x8.gt_s(v128.and(x, i16x8.splat(0x7fff)), i16x8.splat(0x7f80))
  return v128.and(x, v128.or(i16x8.gt_s(y, i16x8.splat(0)), isNan))
}

/** `multiplyHeaviside` of numbers in bfloat16. */
export function multiplyHeavisideBfloat16(a: usize, y: usize, out: usize, count: i32): void {
  const end: i32 = count & ~7
  for (let i: i32 = 0; i < end; i += 8) {
    const at = <usize>i << 1
    v128.store(out + at, wherePositive(v128.load(a + at), v128.load(y + at)))
  }
  for (let i = end; i < count; i++) {
    const at = <usize>i << 1
    const value = wherePositive(v128.load16_splat(a + at), v128.load16_splat(y + at))
    v128.store_lane<i16>(out + at, value, 0)
  }
}

/** `sumRows` of numbers in bfloat16, in float32. */
export function sumRowsBfloat16(x: usize, out: usize, rows: i32, columns: i32): void {
  const stride = <usize>columns << 1
  const end: i32 = columns & ~15
  for (let column: i32 = 0; column < end; column += 16) {
    let first = f32x4.splat(0)
    let second = first
    let third = first
    let fourth = first
    let line = x + (<usize>column << 1)
    for (let row: i32 = 0; row < rows; row++) {
      first = f32x4.add(first, i32x4.shl(v128.load16x4_u(line), 16))
      second = f32x4.add(second, i32x4.shl(v128.load16x4_u(line, 8), 16))
      third = f32x4.add(third, i32x4.shl(v128.load16x4_u(line, 16), 16))
      fourth = f32x4.add(fourth, i32x4.shl(v128.load16x4_u(line, 24), 16))
      line += stride
    }
    const target = out + (<usize>column << 2)
    v128.store(target, first)
    v128.store(target, second, 16)
    v128.store(target, third, 32)
    v128.store(target, fourth, 48)
  }
  for (let column = end; column < columns; column++) {
    let sum: f32 = 0
    for (let row: i32 = 0; row < rows; row++)
      sum += reinterpret<f32>(<u32>load<u16>(x + <usize>row * stride + (<usize>column << 1)) << 16)
    store<f32>(out + (<usize>column << 2), sum)
  }
}

/** The first byte that the module does not use itself. */
export function heapBase(): usize {
  return __heap_base
}
