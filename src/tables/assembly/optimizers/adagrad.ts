/**
 * AdaGrad (Duchi et al. 2011) as TensorFlow 2 has it:  n ← n + g²,  w ← w − η·g / √(n + ε).
 * row: weights, n, `stride` bytes apart; h: η, step, initialAccumulator, ε.
 */
import { fadeSums } from '../fade'

export const adagradDeclaration: string =
  '{"slots":["initialAccumulator"],"hyperparameters":{"learningRate":{"default":0.05,"minimum":0,"meaning":"step size"},"initialAccumulator":{"default":0.1,"minimum":0,"meaning":"what the sum of squared gradients starts at"},"epsilon":{"default":1e-7,"above":0,"meaning":"added under the root"}}}'

export const adagradIndex: u32 = adagrad.index

export function adagrad(row: usize, gradient: usize, width: i32, stride: usize, h: usize): void {
  const rate = load<f32>(h)
  const epsilon = load<f32>(h, 12)
  const accumulators = row + stride
  const end: i32 = width & ~3
  const rates = f32x4.splat(rate)
  const epsilons = f32x4.splat(epsilon)
  for (let i: i32 = 0; i < end; i += 4) {
    const at = (<usize>i) << 2
    const g = v128.load(gradient + at)
    const n = f32x4.add(v128.load(accumulators + at), f32x4.mul(g, g))
    v128.store(accumulators + at, n)
    const change = f32x4.div(f32x4.mul(rates, g), f32x4.sqrt(f32x4.add(n, epsilons)))
    v128.store(row + at, f32x4.sub(v128.load(row + at), change))
  }
  for (let i: i32 = end; i < width; i++) {
    const at = (<usize>i) << 2
    const g = load<f32>(gradient + at)
    const n = load<f32>(accumulators + at) + g * g
    store<f32>(accumulators + at, n)
    store<f32>(row + at, load<f32>(row + at) - (rate * g) / sqrt<f32>(n + epsilon))
  }
}

/** Forgets a part of what was summed: n ← n₀ + m·(n − n₀). */
export function adagradFade(row: usize, width: i32, h: usize, memory: f32): void {
  fadeSums(row + ((<usize>width) << 2), width, load<f32>(h, 8), memory)
}
