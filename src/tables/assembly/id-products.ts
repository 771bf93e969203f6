/**
 * The products of a layer with the rows of one column, once for each distinct id of some examples: the rows E are gathered first. Rows of the layer, of its
 * weights W and of the sums S have `outputs` floats, a multiple of 16; an embedding has `width`. `place`: the byte offset of the layer's row of an id.
 */

/**
 * Gives every id a row: those from `first` on, in the order in which the ids come. Writes the ids to `distinct`, the places of the examples to `places`, `stride` bytes
 * apart, and returns how many ids there are. places of ids: zeros, a u32 for each id of the column; they are zeros again afterwards.
 */
export function placeIds(
  ids: usize, count: i32, placeOfId: usize, distinct: usize, places: usize, stride: usize, first: usize, outputs: i32,
): i32 {
  let next = first
  let end = distinct
  for (let example: i32 = 0; example < count; example++) {
    const id = load<u32>(ids + (<usize>example << 2))
    const known = placeOfId + (<usize>id << 2)
    let place = load<u32>(known)
    if (place == 0) {
      place = <u32>next
      store<u32>(known, place)
      store<u32>(end, id)
      end += 4
      next += <usize>outputs << 2
    }
    store<u32>(places + <usize>example * stride, place)
  }
  for (let at = distinct; at < end; at += 4) store<u32>(placeOfId + (<usize>load<u32>(at) << 2), 0)
  return <i32>((end - distinct) >> 2)
}

/**
 * out = X·B, `rows` rows of X with `steps` numbers, `rowStride` and `stepStride` floats apart: E·W, the layer's row of each id, and Eᵀ·S, the gradient
 * of the weights.
 */
export function multiplyRows(
  x: usize, rowStride: i32, stepStride: i32, rows: i32, steps: i32, b: usize, outputs: i32, out: usize,
): void {
  const stride = <usize>outputs << 2
  const ofRow = <usize>rowStride << 2
  const ofStep = <usize>stepStride << 2
  let i: i32 = 0
  for (; i + 4 <= rows; i += 4) {
    for (let at: usize = 0; at < stride; at += 32) {
      let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0)
      let b0 = f32x4.splat(0), b1 = f32x4.splat(0), b2 = f32x4.splat(0), b3 = f32x4.splat(0)
      let value = x + <usize>i * ofRow
      let row = b + at
      for (let step: i32 = 0; step < steps; step++) {
        const left = v128.load(row)
        const right = v128.load(row, 16)
        row += stride
        const x0 = v128.load32_splat(value)
        a0 = f32x4.add(a0, f32x4.mul(x0, left))
        b0 = f32x4.add(b0, f32x4.mul(x0, right))
        const x1 = v128.load32_splat(value + ofRow)
        a1 = f32x4.add(a1, f32x4.mul(x1, left))
        b1 = f32x4.add(b1, f32x4.mul(x1, right))
        const x2 = v128.load32_splat(value + 2 * ofRow)
        a2 = f32x4.add(a2, f32x4.mul(x2, left))
        b2 = f32x4.add(b2, f32x4.mul(x2, right))
        const x3 = v128.load32_splat(value + 3 * ofRow)
        a3 = f32x4.add(a3, f32x4.mul(x3, left))
        b3 = f32x4.add(b3, f32x4.mul(x3, right))
        value += ofStep
      }
      const target = out + <usize>i * stride + at
      v128.store(target, a0)
      v128.store(target, b0, 16)
      v128.store(target + stride, a1)
      v128.store(target + stride, b1, 16)
      v128.store(target + 2 * stride, a2)
      v128.store(target + 2 * stride, b2, 16)
      v128.store(target + 3 * stride, a3)
      v128.store(target + 3 * stride, b3, 16)
    }
  }
  for (; i < rows; i++) {
    for (let at: usize = 0; at < stride; at += 32) {
      let left = f32x4.splat(0), right = f32x4.splat(0)
      let value = x + <usize>i * ofRow
      let row = b + at
      for (let step: i32 = 0; step < steps; step++) {
        const number = v128.load32_splat(value)
        left = f32x4.add(left, f32x4.mul(number, v128.load(row)))
        right = f32x4.add(right, f32x4.mul(number, v128.load(row, 16)))
        row += stride
        value += ofStep
      }
      const target = out + <usize>i * stride + at
      v128.store(target, left)
      v128.store(target, right, 16)
    }
  }
}

/** out = bias + the rows of each example's ids: `rows` rows, with a place for each of `columns`. */
export function addRowsOfIds(places: usize, rows: i32, columns: i32, bias: usize, outputs: i32, out: usize): void {
  const stride = <usize>outputs << 2
  const end = <usize>columns << 2
  for (let row: i32 = 0; row < rows; row++) {
    const own = places + <usize>row * end
    const target = out + <usize>row * stride
    for (let at: usize = 0; at < stride; at += 64) {
      let a = v128.load(bias + at)
      let b = v128.load(bias + at, 16)
      let c = v128.load(bias + at, 32)
      let d = v128.load(bias + at, 48)
      for (let column: usize = 0; column < end; column += 4) {
        const source = <usize>load<u32>(own + column) + at
        a = f32x4.add(a, v128.load(source))
        b = f32x4.add(b, v128.load(source, 16))
        c = f32x4.add(c, v128.load(source, 32))
        d = f32x4.add(d, v128.load(source, 48))
      }
      v128.store(target + at, a)
      v128.store(target + at, b, 16)
      v128.store(target + at, c, 32)
      v128.store(target + at, d, 48)
    }
  }
}

/** The way back: adds the gradient of each example's row to the sums at the places of its ids. */
export function sumRowsOfIds(places: usize, rows: i32, columns: i32, gradient: usize, outputs: i32): void {
  const stride = <usize>outputs << 2
  const end = <usize>columns << 2
  for (let row: i32 = 0; row < rows; row++) {
    const own = places + <usize>row * end
    const source = gradient + <usize>row * stride
    for (let at: usize = 0; at < stride; at += 64) {
      const a = v128.load(source + at)
      const b = v128.load(source + at, 16)
      const c = v128.load(source + at, 32)
      const d = v128.load(source + at, 48)
      for (let column: usize = 0; column < end; column += 4) {
        const target = <usize>load<u32>(own + column) + at
        v128.store(target, f32x4.add(v128.load(target), a))
        v128.store(target, f32x4.add(v128.load(target, 16), b), 16)
        v128.store(target, f32x4.add(v128.load(target, 32), c), 32)
        v128.store(target, f32x4.add(v128.load(target, 48), d), 48)
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function total(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
}

/** out = S·Wᵀ, the gradients of the embeddings: `count` rows of `width` floats. */
export function rowGradientsOfIds(
  sums: usize, count: i32, width: i32, weights: usize, outputs: i32, out: usize,
): void {
  const stride = <usize>outputs << 2
  for (let i: i32 = 0; i < count; i++) {
    const own = sums + <usize>i * stride
    const target = out + (<usize>(i * width) << 2)
    let k: i32 = 0
    for (; k + 4 <= width; k += 4) {
      const w = weights + <usize>k * stride
      let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0)
      for (let at: usize = 0; at < stride; at += 16) {
        const g = v128.load(own + at)
        a = f32x4.add(a, f32x4.mul(g, v128.load(w + at)))
        b = f32x4.add(b, f32x4.mul(g, v128.load(w + at + stride)))
        c = f32x4.add(c, f32x4.mul(g, v128.load(w + at + 2 * stride)))
        d = f32x4.add(d, f32x4.mul(g, v128.load(w + at + 3 * stride)))
      }
      store<f32>(target + (<usize>k << 2), total(a))
      store<f32>(target + (<usize>k << 2), total(b), 4)
      store<f32>(target + (<usize>k << 2), total(c), 8)
      store<f32>(target + (<usize>k << 2), total(d), 12)
    }
    for (; k < width; k++) {
      let a = f32x4.splat(0)
      for (let at: usize = 0; at < stride; at += 16)
        a = f32x4.add(a, f32x4.mul(v128.load(own + at), v128.load(weights + <usize>k * stride + at)))
      store<f32>(target + (<usize>k << 2), total(a))
    }
  }
}
