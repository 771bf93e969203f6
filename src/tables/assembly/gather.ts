/** Reading rows into the staging matrix. */

/** Copies or adds `dimension` floats times `coefficient` from `source` to `target`. */
// @ts-ignore: decorator
@inline
function addScaled(source: usize, target: usize, dimension: i32, coefficient: f32, isAdding: bool): void {
  const end: i32 = dimension & ~3
  const factor = f32x4.splat(coefficient)
  for (let i: i32 = 0; i < end; i += 4) {
    const at = <usize>i << 2
    const scaled = f32x4.mul(v128.load(source + at), factor)
    v128.store(target + at, isAdding ? f32x4.add(v128.load(target + at), scaled) : scaled)
  }
  for (let i: i32 = end; i < dimension; i++) {
    const at = <usize>i << 2
    const scaled = load<f32>(source + at) * coefficient
    store<f32>(target + at, isAdding ? load<f32>(target + at) + scaled : scaled)
  }
}

/** One id a row. table: rows of `rowFloats` floats, weights first; ids: i32 × count; out: count rows, `outStride` floats apart. */
export function gather(
  table: usize, rowFloats: i32, dimension: i32, ids: usize, coefficients: usize, count: i32, out: usize, outStride: i32, isAdding: bool,
): void {
  const rowBytes = <usize>rowFloats << 2
  const outBytes = <usize>outStride << 2
  for (let i: i32 = 0; i < count; i++) {
    const source = table + <usize>load<u32>(ids + (<usize>i << 2)) * rowBytes
    const coefficient = coefficients == 0 ? <f32>1 : load<f32>(coefficients + (<usize>i << 2))
    addScaled(source, out + <usize>i * outBytes, dimension, coefficient, isAdding)
  }
}

/** Many ids a row: out row r = Σ over ids of r of coefficient · weights; zeros for an empty list. offsets: i32 × (count + 1). */
export function gatherBags(
  table: usize, rowFloats: i32, dimension: i32, ids: usize, offsets: usize, coefficients: usize, count: i32, out: usize, outStride: i32, isAdding: bool,
): void {
  const rowBytes = <usize>rowFloats << 2
  const outBytes = <usize>outStride << 2
  for (let row: i32 = 0; row < count; row++) {
    const target = out + <usize>row * outBytes
    const start = load<i32>(offsets + (<usize>row << 2))
    const end = load<i32>(offsets + (<usize>(row + 1) << 2))
    if (!isAdding && start == end) memory.fill(target, 0, <usize>dimension << 2)
    for (let i: i32 = start; i < end; i++) {
      const source = table + <usize>load<u32>(ids + (<usize>i << 2)) * rowBytes
      addScaled(source, target, dimension, load<f32>(coefficients + (<usize>i << 2)), isAdding || i > start)
    }
  }
}

/**
 * What each id of a list counts: its weight (1 when `weights` is 0), divided by Σ w for `mean` (1) and by √Σ w² for
 * `sqrtn` (2), as TensorFlow defines its combiners; `sum` is 0. Row r has the id r alone where `offsets` is 0.
 */
export function bagCoefficients(offsets: usize, weights: usize, count: i32, combiner: i32, out: usize): void {
  for (let row: i32 = 0; row < count; row++) {
    const start = offsets == 0 ? row : load<i32>(offsets + (<usize>row << 2))
    const end = offsets == 0 ? row + 1 : load<i32>(offsets + (<usize>(row + 1) << 2))
    let sum: f32 = 0
    for (let i: i32 = start; i < end; i++) {
      const weight: f32 = weights == 0 ? 1 : load<f32>(weights + (<usize>i << 2))
      store<f32>(out + (<usize>i << 2), weight)
      sum += combiner == 2 ? weight * weight : weight
    }
    if (combiner == 0 || sum == 0) continue
    const factor: f32 = 1 / (combiner == 2 ? sqrt<f32>(sum) : sum)
    for (let i: i32 = start; i < end; i++) {
      const at = out + (<usize>i << 2)
      store<f32>(at, load<f32>(at) * factor)
    }
  }
}
