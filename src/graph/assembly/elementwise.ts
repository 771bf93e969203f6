/** What kernels do to elements. */

export const add: i32 = 0
export const multiply: i32 = 1
export const relu: i32 = 2
/** a · 1 where b > 0, else a · 0. */
export const mask: i32 = 3

/** 1 where x > 0, else 0. */
// @ts-ignore: decorator
@inline
function isPositive(x: v128): v128 {
  return v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.splat(1))
}

/** step(a, b) of four elements. */
// @ts-ignore: decorator
@inline
export function applied(step: i32, a: v128, b: v128): v128 {
  if (step == add) return f32x4.add(a, b)
  if (step == multiply) return f32x4.mul(a, b)
  // x unless x < 0: a NaN stays.
  if (step == relu) return f32x4.pmax(a, f32x4.splat(0))
  return f32x4.mul(a, isPositive(b))
}

/** out = step(a, b), `count` floats; out may be an input. */
// @ts-ignore: decorator
@inline
export function apply(step: i32, a: usize, b: usize, out: usize, count: i32): void {
  // Four vectors at a time: addresses cost more than the arithmetic.
  const most = <usize>(count & ~15) << 2
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
  const end = <usize>(count & ~3) << 2
  for (; at < end; at += 16) v128.store(out + at, applied(step, v128.load(a + at), v128.load(b + at)))
  const last = <usize>count << 2
  for (; at < last; at += 4) {
    v128.store_lane<f32>(out + at, applied(step, v128.load32_zero(a + at), v128.load32_zero(b + at)), 0)
  }
}
