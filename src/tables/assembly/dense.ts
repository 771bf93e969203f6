/** The way back of dense parameters. */
import { addPenalties } from './vectors'

/** Adds up `parts` arrays of `count` floats, `stride` bytes apart, into the first: in their order, whatever is owned by whom. */
export function sumParts(values: usize, stride: usize, parts: i32, count: i32): void {
  const end: i32 = count & ~3
  for (let i: i32 = 0; i < end; i += 4) {
    const at = values + (<usize>i << 2)
    let sum = v128.load(at)
    for (let part: i32 = 1; part < parts; part++) sum = f32x4.add(sum, v128.load(at + <usize>part * stride))
    v128.store(at, sum)
  }
  for (let i: i32 = end; i < count; i++) {
    const at = values + (<usize>i << 2)
    let sum = load<f32>(at)
    for (let part: i32 = 1; part < parts; part++) sum += load<f32>(at + <usize>part * stride)
    store<f32>(at, sum)
  }
}

/** Updates `count` weights of one long row, the first of them at `row`; its slots follow `stride` bytes apart. */
export function updateRange(
  optimizer: u32, row: usize, count: i32, stride: usize, gradient: usize, l2: f32, l1: f32, hyperparameters: usize,
): void {
  addPenalties(gradient, row, count, l2, l1)
  call_indirect<void>(optimizer, row, gradient, count, stride, hyperparameters)
}
