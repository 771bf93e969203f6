/**
 * Gradient descent with momentum (as Keras has it):  m ← μ·m − η·g,  w ← w + m.
 * row: weights, m, `stride` bytes apart; h: η, step, μ.
 */
export const sgdDeclaration: string =
  '{"slots":[0],"hyperparameters":{"learningRate":{"default":0.01,"minimum":0,"meaning":"step size"},"momentum":{"default":0,"minimum":0,"maximum":1,"meaning":"share of the last change that goes on"}}}'

export const sgdIndex: u32 = sgd.index

export function sgd(row: usize, gradient: usize, width: i32, stride: usize, h: usize): void {
  const rate = load<f32>(h)
  const momentum = load<f32>(h, 8)
  const changes = row + stride
  const end: i32 = width & ~3
  for (let i: i32 = 0; i < end; i += 4) {
    const at = (<usize>i) << 2
    const decayed = f32x4.mul(f32x4.splat(momentum), v128.load(changes + at))
    const change = f32x4.sub(decayed, f32x4.mul(f32x4.splat(rate), v128.load(gradient + at)))
    v128.store(changes + at, change)
    v128.store(row + at, f32x4.add(v128.load(row + at), change))
  }
  for (let i: i32 = end; i < width; i++) {
    const at = (<usize>i) << 2
    const change = momentum * load<f32>(changes + at) - rate * load<f32>(gradient + at)
    store<f32>(changes + at, change)
    store<f32>(row + at, load<f32>(row + at) + change)
  }
}
