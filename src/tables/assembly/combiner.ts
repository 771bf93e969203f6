/** How the rows of a list become one, as TensorFlow defines its combiners: `sum` (0) is Σ w·e, `mean` (1) divides it by Σ w, `sqrtn` (2) by √Σ w². */

/** What Σ w·e over the ids `[start, end)` is multiplied by; weights: f32 per id, or 0 for ones. */
// @ts-ignore: decorator
@inline
export function bagFactor(weights: usize, start: i32, end: i32, combiner: i32): f32 {
  if (combiner == 0) return 1
  let sum: f32 = 0
  if (weights == 0) sum = <f32>(end - start)
  else {
    for (let i: i32 = start; i < end; i++) {
      const weight = load<f32>(weights + (<usize>i << 2))
      sum += combiner == 2 ? weight * weight : weight
    }
  }
  if (sum == 0) return 1
  return 1 / (combiner == 2 ? sqrt<f32>(sum) : sum)
}
