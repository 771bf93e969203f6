/**
 * FTRL-Proximal (McMahan et al. 2013, algorithm 1) with learning-rate power −1/2, z made of the weight it stands for:
 * n ← n + g²,  Q = (β + √n)/η + 2·λ₂,  z ← g + (z where w = 0, else −Q·w − sign(w)·λ₁),
 * w ← 0 where |z| ≤ λ₁, else (sign(z)·λ₁ − z) / Q.
 * While η is constant that is TensorFlow's z ← z + g − (√n' − √n)/η·w; where it falls, TensorFlow's weights all shrink with it, and these stand.
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
    const w = v128.load(row + at)
    const n = f32x4.add(v128.load(ns + at), f32x4.mul(g, g))
    const root = f32x4.add(f32x4.sqrt(n), f32x4.splat(beta))
    const quadratic = f32x4.add(f32x4.mul(root, f32x4.splat(inverseRate)), f32x4.splat(2 * l2))
    const evidence = f32x4.neg(f32x4.add(f32x4.mul(quadratic, w), withSign(l1, w)))
    const isZero = f32x4.eq(w, f32x4.splat(0))
    const z = f32x4.add(g, v128.bitselect(v128.load(zs + at), evidence, isZero))
    v128.store(zs + at, z)
    v128.store(ns + at, n)
    const weight = f32x4.div(f32x4.sub(withSign(l1, z), z), quadratic)
    v128.store(row + at, v128.and(f32x4.gt(f32x4.abs(z), f32x4.splat(l1)), weight))
  }
  for (let i: i32 = end; i < width; i++) {
    const at = (<usize>i) << 2
    const g = load<f32>(gradient + at)
    const w = load<f32>(row + at)
    const n = load<f32>(ns + at) + g * g
    store<f32>(ns + at, n)
    const quadratic = (sqrt<f32>(n) + beta) * inverseRate + 2 * l2
    const z = g + (w == 0 ? load<f32>(zs + at) : evidenceFor(w, quadratic, l1))
    store<f32>(zs + at, z)
    const signed = z < 0 ? -l1 : l1
    store<f32>(row + at, abs<f32>(z) > l1 ? (signed - z) / quadratic : 0)
  }
}

/** λ with the signs of four numbers. */
// @ts-ignore: decorator
@inline
function withSign(lambda: f32, values: v128): v128 {
  return v128.or(v128.and(values, i32x4.splat(0x80000000)), f32x4.splat(lambda))
}

/** The z that a weight other than zero stands for. */
function evidenceFor(weight: f32, quadratic: f32, l1: f32): f32 {
  return -weight * quadratic - (weight < 0 ? -l1 : l1)
}

/** Forgets a part of what was summed, n ← n₀ + m·(n − n₀): weights stand, and so does the evidence of those that are zero. */
export function ftrlFade(row: usize, width: i32, h: usize, memory: f32): void {
  fadeSums(row + ((<usize>width) << 3), width, load<f32>(h, 8), memory)
}
