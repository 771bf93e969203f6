/** Brings sums of squared gradients closer to what they started at: 1 keeps them, 0 forgets them. */
export function fadeSums(sums: usize, width: i32, initial: f32, memory: f32): void {
  for (let i: i32 = 0; i < width; i++) {
    const at = sums + ((<usize>i) << 2)
    store<f32>(at, initial + memory * (load<f32>(at) - initial))
  }
}
