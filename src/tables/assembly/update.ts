/**
 * The way back: gradients of one id are summed first, then each touched row is updated once. Several threads share the rows of a
 * table: each owns every `owners`-th block of them.
 */

/** A block has 16 rows: their slots fill a cache line, so that no two owners write to one. */
const ownedBits: u32 = 4

// @ts-ignore: decorator
@inline
function addTo(target: usize, source: usize, width: i32, factor: f32): void {
  const end: i32 = width & ~3
  const factors = f32x4.splat(factor)
  for (let i: i32 = 0; i < end; i += 4) {
    const at = <usize>i << 2
    v128.store(target + at, f32x4.add(v128.load(target + at), f32x4.mul(v128.load(source + at), factors)))
  }
  for (let i: i32 = end; i < width; i++) {
    const at = <usize>i << 2
    store<f32>(target + at, load<f32>(target + at) + load<f32>(source + at) * factor)
  }
}

/** Rows brought into the cache together. */
const blockRows: i32 = 32

/** Reads one word of each of a row's first cache lines, four at most: a longer row hides its own misses. */
// @ts-ignore: decorator
@inline
function touch(row: usize, rowBytes: usize): i32 {
  const end = min<usize>(rowBytes, 256)
  let read: i32 = 0
  for (let at: usize = 0; at < end; at += 64) read ^= load<i32>(row + at)
  return read
}

// @ts-ignore: decorator
@inline
function scaleTo(target: usize, source: usize, width: i32, factor: f32): void {
  const end: i32 = width & ~3
  const factors = f32x4.splat(factor)
  for (let i: i32 = 0; i < end; i += 4) {
    const at = <usize>i << 2
    v128.store(target + at, f32x4.mul(v128.load(source + at), factors))
  }
  for (let i: i32 = end; i < width; i++) {
    const at = <usize>i << 2
    store<f32>(target + at, load<f32>(source + at) * factor)
  }
}

/**
 * Adds the gradients of `count` rows to the sums of their ids. slots: i32 per table row, −1 where the id was not met yet in
 * this batch; unique: i32, the ids met so far; sums: `dimension` floats per id met. Ids of row r are `[offsets[r], offsets[r+1])`, or
 * just r where `offsets` is 0; coefficients: f32 per id, or 0 for ones. Ids of other owners are passed over. Returns the number of ids met.
 */
export function accumulate(
  slots: usize, unique: usize, uniqueCount: i32, ids: usize, offsets: usize, coefficients: usize, count: i32,
  gradient: usize, gradientStride: i32, dimension: i32, sums: usize, owner: u32, owners: u32,
): i32 {
  const sumBytes = <usize>dimension << 2
  for (let row: i32 = 0; row < count; row++) {
    const source = gradient + ((<usize>row * <usize>gradientStride) << 2)
    const start = offsets == 0 ? row : load<i32>(offsets + (<usize>row << 2))
    const end = offsets == 0 ? row + 1 : load<i32>(offsets + (<usize>(row + 1) << 2))
    for (let i: i32 = start; i < end; i++) {
      const id = load<u32>(ids + (<usize>i << 2))
      if (owners > 1 && (id >> ownedBits) % owners != owner) continue
      const slotAt = slots + (<usize>id << 2)
      let slot = load<i32>(slotAt)
      const coefficient: f32 = coefficients == 0 ? 1 : load<f32>(coefficients + (<usize>i << 2))
      if (slot < 0) {
        slot = uniqueCount++
        store<i32>(slotAt, slot)
        store<u32>(unique + (<usize>slot << 2), id)
        scaleTo(sums + <usize>slot * sumBytes, source, dimension, coefficient)
      } else addTo(sums + <usize>slot * sumBytes, source, dimension, coefficient)
    }
  }
  return uniqueCount
}

/** Σ x² of `count` floats, in 64 bits. */
export function sumOfSquares(values: usize, count: i32): f64 {
  let sum: f64 = 0
  for (let i: i32 = 0; i < count; i++) {
    const value = <f64>load<f32>(values + (<usize>i << 2))
    sum += value * value
  }
  return sum
}

/** Scales the weights of rows longer than `maxNorm` down to it; ids: u32 × count, or 0 for those of the first `count` rows that are the owner's. */
export function limitNorms(
  table: usize, rowFloats: i32, dimension: i32, ids: usize, count: i32, maxNorm: f32, owner: u32, owners: u32,
): void {
  const rowBytes = <usize>rowFloats << 2
  for (let i: i32 = 0; i < count; i++) {
    if (ids == 0 && (<u32>i >> ownedBits) % owners != owner) continue
    const id: u32 = ids == 0 ? <u32>i : load<u32>(ids + (<usize>i << 2))
    const row = table + <usize>id * rowBytes
    const norm = sqrt<f64>(sumOfSquares(row, dimension))
    if (norm > <f64>maxNorm) scaleTo(row, row, dimension, <f32>(<f64>maxNorm / norm))
  }
}

/** Multiplies `count` floats in place. */
export function scale(values: usize, count: i32, factor: f32): void {
  scaleTo(values, values, count, factor)
}

/** target += l2 · weights + l1 · sign(weights): the gradients of λ₂/2·‖w‖² and of λ₁·|w|, which at zero pulls nowhere. */
// @ts-ignore: decorator
@inline
function addPenalties(target: usize, weights: usize, width: i32, l2: f32, l1: f32): void {
  if (l2 != 0) addTo(target, weights, width, l2)
  if (l1 == 0) return
  for (let i: i32 = 0; i < width; i++) {
    const at = <usize>i << 2
    const weight = load<f32>(weights + at)
    const pull: f32 = weight > 0 ? l1 : weight < 0 ? -l1 : 0
    store<f32>(target + at, load<f32>(target + at) + pull)
  }
}

/**
 * Updates the rows met in the batch, with the gradients of the penalties `l2` and `l1` added to theirs, and clears their slots. Returns what it
 * read ahead, a number without meaning: loads that lead nowhere would be compiled away.
 */
export function updateTouched(
  optimizer: u32, table: usize, rowFloats: i32, dimension: i32, slots: usize, unique: usize, uniqueCount: i32,
  sums: usize, l2: f32, l1: f32, hyperparameters: usize,
): i32 {
  const rowBytes = <usize>rowFloats << 2
  let read: i32 = 0
  for (let first: i32 = 0; first < uniqueCount; first += blockRows) {
    const end = min(first + blockRows, uniqueCount)
    // Rows lie far apart: loads that wait for nothing bring a block of them into the cache side by side.
    for (let i: i32 = first; i < end; i++) read ^= touch(table + <usize>load<u32>(unique + (<usize>i << 2)) * rowBytes, rowBytes)
    for (let i: i32 = first; i < end; i++) {
      const id = load<u32>(unique + (<usize>i << 2))
      const row = table + <usize>id * rowBytes
      const gradient = sums + ((<usize>i * <usize>dimension) << 2)
      addPenalties(gradient, row, dimension, l2, l1)
      call_indirect<void>(optimizer, row, gradient, dimension, <usize>dimension << 2, hyperparameters)
      store<i32>(slots + (<usize>id << 2), -1)
    }
  }
  return read
}

/** Updates every row of the owner: those not met have the gradients of the penalties alone. scratch: `dimension` floats. */
export function updateEvery(
  optimizer: u32, table: usize, rowFloats: i32, dimension: i32, rowCount: i32, slots: usize,
  sums: usize, scratch: usize, l2: f32, l1: f32, hyperparameters: usize, owner: u32, owners: u32,
): void {
  const rowBytes = <usize>rowFloats << 2
  const sumBytes = <usize>dimension << 2
  for (let id: i32 = 0; id < rowCount; id++) {
    if ((<u32>id >> ownedBits) % owners != owner) continue
    const slotAt = slots + (<usize>id << 2)
    const slot = load<i32>(slotAt)
    const row = table + <usize>id * rowBytes
    const gradient = slot < 0 ? scratch : sums + <usize>slot * sumBytes
    if (slot < 0) memory.fill(gradient, 0, sumBytes)
    addPenalties(gradient, row, dimension, l2, l1)
    call_indirect<void>(optimizer, row, gradient, dimension, <usize>dimension << 2, hyperparameters)
    store<i32>(slotAt, -1)
  }
}

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
