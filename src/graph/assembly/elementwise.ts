/** What kernels and passes do to elements. */

// The places of these in `passSteps` of src/graph/segment.ts.
export const add: i32 = 0
export const subtract: i32 = 1
export const multiply: i32 = 2
export const divide: i32 = 3
export const square: i32 = 4
export const sqrt: i32 = 5
export const negate: i32 = 6
export const relu: i32 = 7
export const heaviside: i32 = 8
export const sigmoid: i32 = 9
export const softplus: i32 = 10
/** a · 1 where b > 0, else a · 0: no step of a pass, a kernel of its own. */
export const mask: i32 = 11

/** 1 where x > 0, else 0. */
// @ts-ignore: decorator
@inline
function isPositive(x: v128): v128 {
  return v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.splat(1))
}

/**
 * e^−|x|, to 2 units in the last place: 2ⁿ·eʳ with |r| ≤ ln 2 / 2, and eʳ by the polynomial of Cephes' expf. From 2⁻¹²⁶ on down it stays there. A NaN stays.
 */
// @ts-ignore: decorator
@inline
function decay(x: v128): v128 {
  const y = f32x4.pmax(f32x4.neg(f32x4.abs(x)), f32x4.splat(-87.33654))
  const n = f32x4.nearest(f32x4.mul(y, f32x4.splat(1.44269504)))
  // ln 2 in two parts: the first has so few digits that its product with n is exact.
  let r = f32x4.sub(y, f32x4.mul(n, f32x4.splat(0.693359375)))
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)))
  let p = f32x4.splat(1.9875691500e-4)
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1))
  p = f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), f32x4.add(r, f32x4.splat(1)))
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(p, power)
}

/** 1 / (1 + e⁻ˣ): of a number below 0 as e^x / (1 + e^x), which does not lose its digits. */
// @ts-ignore: decorator
@inline
function logistic(x: v128): v128 {
  const e = decay(x)
  const above = v128.bitselect(e, f32x4.splat(1), f32x4.lt(x, f32x4.splat(0)))
  return f32x4.div(above, f32x4.add(f32x4.splat(1), e))
}

/** log(1 + eˣ) = max(0, x) + log(1 + e), e = e^−|x|; log(1 + e) = 2·artanh(s), s = e / (2 + e) ≤ 1/3, by its series up to s¹⁵. */
// @ts-ignore: decorator
@inline
function logisticIntegral(x: v128): v128 {
  const e = decay(x)
  const s = f32x4.div(e, f32x4.add(f32x4.splat(2), e))
  const t = f32x4.mul(s, s)
  let p = f32x4.splat(<f32>(2.0 / 15))
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(<f32>(2.0 / 13)))
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(<f32>(2.0 / 11)))
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(<f32>(2.0 / 9)))
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(<f32>(2.0 / 7)))
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(<f32>(2.0 / 5)))
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(<f32>(2.0 / 3)))
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(2))
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), f32x4.mul(p, s))
}

/** step(a, b) of four elements. */
// @ts-ignore: decorator
@inline
export function applied(step: i32, a: v128, b: v128): v128 {
  if (step == add) return f32x4.add(a, b)
  if (step == subtract) return f32x4.sub(a, b)
  if (step == multiply) return f32x4.mul(a, b)
  if (step == divide) return f32x4.div(a, b)
  if (step == square) return f32x4.mul(a, a)
  if (step == sqrt) return f32x4.sqrt(a)
  if (step == negate) return f32x4.neg(a)
  // x unless x < 0: a NaN stays.
  if (step == relu) return f32x4.pmax(a, f32x4.splat(0))
  if (step == sigmoid) return logistic(a)
  if (step == softplus) return logisticIntegral(a)
  if (step == mask) return f32x4.mul(a, isPositive(b))
  return isPositive(a)
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
