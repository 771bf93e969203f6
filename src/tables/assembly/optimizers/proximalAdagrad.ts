/**
 * Proximal AdaGrad (Duchi et al. 2011, section 5; TensorFlow's ProximalAdagradOptimizer): the penalties belong to the step, so
 * that λ₁ makes weights exactly zero:  n ← n + g²,  ηₜ = η/√n,  u = w − ηₜ·g,  w ← sign(u)·max(|u| − ηₜ·λ₁, 0) / (1 + ηₜ·λ₂).
 * row: weights, n, `stride` bytes apart; h: η, step, initialAccumulator, λ₁, λ₂.
 */
import { fadeSums } from '../fade'

export const proximalAdagradDeclaration: string =
  '{"slots":["initialAccumulator"],"hyperparameters":{"learningRate":{"default":0.05,"minimum":0,"meaning":"step size"},"initialAccumulator":{"default":0.1,"above":0,"meaning":"what the sum of squared gradients starts at"},"l1":{"default":0,"minimum":0,"meaning":"pulls weights to exactly zero"},"l2":{"default":0,"minimum":0,"meaning":"shrinks the weights"}}}'

export const proximalAdagradIndex: u32 = proximalAdagrad.index

export function proximalAdagrad(row: usize, gradient: usize, width: i32, stride: usize, h: usize): void {
  const rate = load<f32>(h)
  const l1 = load<f32>(h, 12)
  const l2 = load<f32>(h, 16)
  const accumulators = row + stride
  const end: i32 = width & ~3
  const signs = i32x4.splat(0x80000000)
  for (let i: i32 = 0; i < end; i += 4) {
    const at = (<usize>i) << 2
    const g = v128.load(gradient + at)
    const n = f32x4.add(v128.load(accumulators + at), f32x4.mul(g, g))
    v128.store(accumulators + at, n)
    const step = f32x4.div(f32x4.splat(rate), f32x4.sqrt(n))
    const moved = f32x4.sub(v128.load(row + at), f32x4.mul(step, g))
    const size = f32x4.sub(f32x4.abs(moved), f32x4.mul(step, f32x4.splat(l1)))
    const shrunk = f32x4.div(f32x4.max(size, f32x4.splat(0)), f32x4.add(f32x4.splat(1), f32x4.mul(step, f32x4.splat(l2))))
    v128.store(row + at, v128.or(v128.and(moved, signs), shrunk))
  }
  for (let i: i32 = end; i < width; i++) {
    const at = (<usize>i) << 2
    const g = load<f32>(gradient + at)
    const n = load<f32>(accumulators + at) + g * g
    store<f32>(accumulators + at, n)
    const step = rate / sqrt<f32>(n)
    const moved = load<f32>(row + at) - step * g
    const shrunk = max<f32>(abs<f32>(moved) - step * l1, 0) / (1 + step * l2)
    store<f32>(row + at, moved < 0 ? -shrunk : shrunk)
  }
}

/** Forgets a part of what was summed: n ← n₀ + m·(n − n₀). */
export function proximalAdagradFade(row: usize, width: i32, h: usize, memory: f32): void {
  fadeSums(row + ((<usize>width) << 2), width, load<f32>(h, 8), memory)
}
