/**
 * A pass over rows: a few steps for each element, a row after the other, so that what one step leaves is still in the first-level cache for
 * the next. Operands are pairs of a place and the bytes from one row to the next; 0: the same row every time.
 */

// The places of these in `passSteps` of src/graph/segment.ts; `accumulate` adds the first operand to the result.
const add: i32 = 0
const subtract: i32 = 1
const multiply: i32 = 2
const divide: i32 = 3
const square: i32 = 4
const sqrt: i32 = 5
const negate: i32 = 6
const relu: i32 = 7
const heaviside: i32 = 8

// @ts-ignore: decorator
@inline
function applied(step: i32, a: v128, b: v128): v128 {
  if (step == add) return f32x4.add(a, b)
  if (step == subtract) return f32x4.sub(a, b)
  if (step == multiply) return f32x4.mul(a, b)
  if (step == divide) return f32x4.div(a, b)
  if (step == square) return f32x4.mul(a, a)
  if (step == sqrt) return f32x4.sqrt(a)
  if (step == negate) return f32x4.neg(a)
  // x unless x < 0: a NaN stays.
  if (step == relu) return f32x4.pmax(a, f32x4.splat(0))
  return v128.and(f32x4.gt(a, f32x4.splat(0)), f32x4.splat(1))
}

// @ts-ignore: decorator
@inline
function row(step: i32, a: usize, b: usize, out: usize, width: i32): void {
  // Four vectors at a time: addresses cost more than the arithmetic.
  const most = <usize>(width & ~15) << 2
  let at: usize = 0
  for (; at < most; at += 64) {
    const x = a + at
    const y = b + at
    const z = out + at
    v128.store(z, applied(step, v128.load(x), v128.load(y)))
    v128.store(z, applied(step, v128.load(x, 16), v128.load(y, 16)), 16)
    v128.store(z, applied(step, v128.load(x, 32), v128.load(y, 32)), 32)
    v128.store(z, applied(step, v128.load(x, 48), v128.load(y, 48)), 48)
  }
  const end = <usize>(width & ~3) << 2
  for (; at < end; at += 16) v128.store(out + at, applied(step, v128.load(a + at), v128.load(b + at)))
  const last = <usize>width << 2
  for (; at < last; at += 4) {
    v128.store_lane<f32>(out + at, applied(step, v128.load32_zero(a + at), v128.load32_zero(b + at)), 0)
  }
}

/** Takes `count` steps, each `(step, a, b, out)` of operands, over `rows` rows of `width` floats; the operands' places move along. */
export function pass(steps: usize, count: i32, operands: usize, operandCount: i32, rows: i32, width: i32): void {
  for (let r: i32 = 0; r < rows; r++) {
    for (let i: i32 = 0; i < count; i++) {
      const at = steps + (<usize>i << 4)
      const a: usize = load<u32>(operands + (<usize>load<u32>(at, 4) << 3))
      const b: usize = load<u32>(operands + (<usize>load<u32>(at, 8) << 3))
      const out: usize = load<u32>(operands + (<usize>load<u32>(at, 12) << 3))
      switch (load<i32>(at)) {
        case add: row(add, a, b, out, width); break
        case subtract: row(subtract, a, b, out, width); break
        case multiply: row(multiply, a, b, out, width); break
        case divide: row(divide, a, b, out, width); break
        case square: row(square, a, a, out, width); break
        case sqrt: row(sqrt, a, a, out, width); break
        case negate: row(negate, a, a, out, width); break
        case relu: row(relu, a, a, out, width); break
        default: row(heaviside, a, a, out, width)
      }
    }
    for (let i: i32 = 0; i < operandCount; i++) {
      const at = operands + (<usize>i << 3)
      store<u32>(at, load<u32>(at) + load<u32>(at, 4))
    }
  }
}
