/** Passes over the floats of one row. */

// @ts-ignore: decorator
@inline
export function addTo(target: usize, source: usize, width: i32, factor: f32): void {
  const end: i32 = width & ~3
  const factors = f32x4.splat(factor)
  for (let i: i32 = 0; i < end; i += 4) {
    const at = <usize>i << 2
    v128.store(target + at, f32x4.add(v128.load(target + at), f32x4.mul(v128.load(source + at), factors)))
  }
  for (let i: i32 = end; i < width; i++) {
    const at = <usize>i << 2
    store<f32>(target + at, load<f32>(target + at) + load<f32>(source + at) * factor)
  }
}

/** Writes zeros. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes)
}

/** Multiplies `count` floats in place. */
export function scale(values: usize, count: i32, factor: f32): void {
  const end: i32 = count & ~3
  const factors = f32x4.splat(factor)
  for (let i: i32 = 0; i < end; i += 4) {
    const at = values + (<usize>i << 2)
    v128.store(at, f32x4.mul(v128.load(at), factors))
  }
  for (let i: i32 = end; i < count; i++) {
    const at = values + (<usize>i << 2)
    store<f32>(at, load<f32>(at) * factor)
  }
}

/** Σ x² of `count` floats, in 64 bits. */
export function sumOfSquares(values: usize, count: i32): f64 {
  let sum: f64 = 0
  for (let i: i32 = 0; i < count; i++) {
    const value = <f64>load<f32>(values + (<usize>i << 2))
    sum += value * value
  }
  return sum
}

/** Scales a row that is longer than `maxNorm` down to it. */
// @ts-ignore: decorator
@inline
export function limitNorm(row: usize, dimension: i32, maxNorm: f32): void {
  const norm = sqrt<f64>(sumOfSquares(row, dimension))
  if (norm > <f64>maxNorm) scale(row, dimension, <f32>(<f64>maxNorm / norm))
}

/** target += l2 · weights + l1 · sign(weights): the gradients of λ₂/2·‖w‖² and of λ₁·|w|, which at zero pulls nowhere. */
// @ts-ignore: decorator
@inline
export function addPenalties(target: usize, weights: usize, width: i32, l2: f32, l1: f32): void {
  if (l2 != 0) addTo(target, weights, width, l2)
  if (l1 == 0) return
  for (let i: i32 = 0; i < width; i++) {
    const at = <usize>i << 2
    const weight = load<f32>(weights + at)
    const pull: f32 = weight > 0 ? l1 : weight < 0 ? -l1 : 0
    store<f32>(target + at, load<f32>(target + at) + pull)
  }
}

/** Column k of the four rows a, b, c, d becomes the vector at `out + k · stride`, in bytes. */
// @ts-ignore: decorator
@inline
export function transpose(a: v128, b: v128, c: v128, d: v128, out: usize, stride: usize): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
  const abEnd = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const cdEnd = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(out, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5))
  v128.store(out + stride, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7))
  v128.store(out + 2 * stride, v128.shuffle<f32>(abEnd, cdEnd, 0, 1, 4, 5))
  v128.store(out + 3 * stride, v128.shuffle<f32>(abEnd, cdEnd, 2, 3, 6, 7))
}
