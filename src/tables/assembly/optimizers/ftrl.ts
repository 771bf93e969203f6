/**
 * FTRL-Proximal (McMahan et al. 2013, algorithm 1) in TensorFlow's form, learning-rate power −1/2:
 * σ = (√(n + g²) − √n)/η,  z ← z + g − σ·w,  n ← n + g²,
 * w ← 0 where |z| ≤ λ₁, else (sign(z)·λ₁ − z) / ((β + √n)/η + 2·λ₂).
 * row: weights, z, n, `stride` bytes apart; h: η, step, initialAccumulator, λ₁, λ₂, β.
 */
import { fadeSums } from '../fade'

export const ftrlDeclaration: string =
  '{"slots":[0,"initialAccumulator"],"hyperparameters":{"learningRate":{"default":0.05,"above":0,"meaning":"step size (alpha)"},"initialAccumulator":{"default":0.1,"minimum":0,"meaning":"what the sum of squared gradients starts at"},"l1":{"default":0,"minimum":0,"meaning":"weights whose evidence stays below it are exactly zero"},"l2":{"default":0,"minimum":0,"meaning":"shrinks the weights"},"beta":{"default":0,"minimum":0,"meaning":"added to the root of the sum"}}}'

export const ftrlIndex: u32 = ftrl.index

export function ftrl(row: usize, gradient: usize, width: i32, stride: usize, h: usize): void {
  const inverseRate: f32 = 1 / load<f32>(h)
  const l1 = load<f32>(h, 12)
  const l2 = load<f32>(h, 16)
  const beta = load<f32>(h, 20)
  const zs = row + stride
  const ns = zs + stride
  const end: i32 = width & ~3
  for (let i: i32 = 0; i < end; i += 4) {
    const at = (<usize>i) << 2
    const g = v128.load(gradient + at)
    const n = v128.load(ns + at)
    const grown = f32x4.add(n, f32x4.mul(g, g))
    const root = f32x4.sqrt(grown)
    const sigma = f32x4.mul(f32x4.sub(root, f32x4.sqrt(n)), f32x4.splat(inverseRate))
    const z = f32x4.sub(f32x4.add(v128.load(zs + at), g), f32x4.mul(sigma, v128.load(row + at)))
    v128.store(zs + at, z)
    v128.store(ns + at, grown)
    const quadratic = f32x4.add(
      f32x4.mul(f32x4.add(root, f32x4.splat(beta)), f32x4.splat(inverseRate)),
      f32x4.splat(2 * l2),
    )
    // sign(z)·λ₁: the sign bit of z on λ₁.
    const signed = v128.or(v128.and(z, i32x4.splat(0x80000000)), f32x4.splat(l1))
    const weight = f32x4.div(f32x4.sub(signed, z), quadratic)
    v128.store(row + at, v128.and(f32x4.gt(f32x4.abs(z), f32x4.splat(l1)), weight))
  }
  for (let i: i32 = end; i < width; i++) {
    const at = (<usize>i) << 2
    const g = load<f32>(gradient + at)
    const n = load<f32>(ns + at)
    const grown = n + g * g
    const root = sqrt<f32>(grown)
    const z = load<f32>(zs + at) + g - (root - sqrt<f32>(n)) * inverseRate * load<f32>(row + at)
    store<f32>(zs + at, z)
    store<f32>(ns + at, grown)
    const signed = z < 0 ? -l1 : l1
    store<f32>(row + at, abs<f32>(z) > l1 ? (signed - z) / ((root + beta) * inverseRate + 2 * l2) : 0)
  }
}

/** Sets z so that the weights of a row stand as they are: FTRL forgets weights and computes them anew from z and n. */
export function ftrlRestart(row: usize, width: i32, h: usize): void {
  const zs = row + ((<usize>width) << 2)
  for (let i: i32 = 0; i < width; i++) {
    const at = (<usize>i) << 2
    store<f32>(zs + at, load<f32>(row + at) == 0 ? 0 : evidenceFor(row + at, width, h))
  }
}

/**
 * Forgets a part of what was summed, n ← n₀ + m·(n − n₀), and sets z so that weights stand; where a weight is zero, z stands, which is
 * how much evidence there is for one.
 */
export function ftrlFade(row: usize, width: i32, h: usize, memory: f32): void {
  const zs = row + ((<usize>width) << 2)
  fadeSums(zs + ((<usize>width) << 2), width, load<f32>(h, 8), memory)
  for (let i: i32 = 0; i < width; i++) {
    const at = (<usize>i) << 2
    if (load<f32>(row + at) != 0) store<f32>(zs + at, evidenceFor(row + at, width, h))
  }
}

/** The z of which a weight that is not zero is made, with the n beside it. */
function evidenceFor(weight: usize, width: i32, h: usize): f32 {
  const n = load<f32>(weight + ((<usize>width) << 3))
  const quadratic = (sqrt<f32>(n) + load<f32>(h, 20)) / load<f32>(h) + 2 * load<f32>(h, 16)
  const value = load<f32>(weight)
  const l1 = load<f32>(h, 12)
  return -value * quadratic - (value < 0 ? -l1 : l1)
}
