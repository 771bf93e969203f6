/**
 * Adam (Kingma and Ba 2015), sparse rows lazily: m and v of a row move only when it is touched; the bias correction is by the global step.
 * m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  w ← w − η·m̂ / (√v̂ + ε).
 * row: weights, m, v, `stride` bytes apart; h: η, step, β₁, β₂, ε, then (by adamPrepare) η/(1−β₁ᵗ) and 1/√(1−β₂ᵗ).
 */
export const adamDeclaration: string =
  '{"slots":[0,0],"derived":2,"hyperparameters":{"learningRate":{"default":0.001,"minimum":0,"meaning":"step size"},"beta1":{"default":0.9,"minimum":0,"below":1,"meaning":"decay of the mean gradient"},"beta2":{"default":0.999,"minimum":0,"below":1,"meaning":"decay of the mean squared gradient"},"epsilon":{"default":1e-8,"above":0,"meaning":"added to the root"}}}'

export const adamIndex: u32 = adam.index

/** Computes once a step what every row needs. */
export function adamPrepare(h: usize): void {
  const step = <f64>load<f32>(h, 4)
  const first = 1 - Math.pow(<f64>load<f32>(h, 8), step)
  const second = 1 - Math.pow(<f64>load<f32>(h, 12), step)
  store<f32>(h, <f32>(<f64>load<f32>(h) / first), 20)
  store<f32>(h, <f32>(1 / Math.sqrt(second)), 24)
}

export function adam(row: usize, gradient: usize, width: i32, stride: usize, h: usize): void {
  const beta1 = load<f32>(h, 8)
  const beta2 = load<f32>(h, 12)
  const epsilon = load<f32>(h, 16)
  const rate = load<f32>(h, 20)
  const correction = load<f32>(h, 24)
  const means = row + stride
  const squares = means + stride
  const end: i32 = width & ~3
  for (let i: i32 = 0; i < end; i += 4) {
    const at = (<usize>i) << 2
    const g = v128.load(gradient + at)
    const m = f32x4.add(f32x4.mul(f32x4.splat(beta1), v128.load(means + at)), f32x4.mul(f32x4.splat(1 - beta1), g))
    const v = f32x4.add(
      f32x4.mul(f32x4.splat(beta2), v128.load(squares + at)),
      f32x4.mul(f32x4.splat(1 - beta2), f32x4.mul(g, g)),
    )
    v128.store(means + at, m)
    v128.store(squares + at, v)
    const root = f32x4.add(f32x4.mul(f32x4.sqrt(v), f32x4.splat(correction)), f32x4.splat(epsilon))
    v128.store(row + at, f32x4.sub(v128.load(row + at), f32x4.div(f32x4.mul(f32x4.splat(rate), m), root)))
  }
  for (let i: i32 = end; i < width; i++) {
    const at = (<usize>i) << 2
    const g = load<f32>(gradient + at)
    const m = beta1 * load<f32>(means + at) + (1 - beta1) * g
    const v = beta2 * load<f32>(squares + at) + (1 - beta2) * (g * g)
    store<f32>(means + at, m)
    store<f32>(squares + at, v)
    store<f32>(row + at, load<f32>(row + at) - (rate * m) / (sqrt<f32>(v) * correction + epsilon))
  }
}
