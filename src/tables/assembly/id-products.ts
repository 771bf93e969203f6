/**
 * The products of a layer with the rows of one column, once for each distinct id of some examples: the rows E are gathered first. Rows of the layer, of its
 * weights W and of the sums S of its gradient are made some outputs at a time, a multiple of 16; an embedding has any width. Strides are in floats. `place`: the
 * byte offset of the layer's row of an id.
 */

import { transpose } from './vectors'

/**
 * Gives every id a row of `rowBytes`: those from `first` on, in the order in which the ids come. Writes the ids to `distinct`, the places of the examples to
 * `places`, `stride` bytes apart, and returns how many ids there are. placeOfId: zeros, a u32 for each id of the column; they are zeros again afterwards.
 */
export function placeIds(
  ids: usize, count: i32, placeOfId: usize, distinct: usize, places: usize, stride: usize, first: usize, rowBytes: usize,
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
      next += rowBytes
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
  x: usize, rowStride: i32, stepStride: i32, rows: i32, steps: i32, b: usize, bStride: i32, outputs: i32, out: usize, outStride: i32,
): void {
  const end = <usize>outputs << 2
  const ofB = <usize>bStride << 2
  const ofOut = <usize>outStride << 2
  const ofRow = <usize>rowStride << 2
  const ofStep = <usize>stepStride << 2
  let i: i32 = 0
  for (; i + 4 <= rows; i += 4) {
    for (let at: usize = 0; at < end; at += 32) {
      let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0)
      let b0 = f32x4.splat(0), b1 = f32x4.splat(0), b2 = f32x4.splat(0), b3 = f32x4.splat(0)
      let value = x + <usize>i * ofRow
      let row = b + at
      for (let step: i32 = 0; step < steps; step++) {
        const left = v128.load(row)
        const right = v128.load(row, 16)
        row += ofB
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
      const target = out + <usize>i * ofOut + at
      v128.store(target, a0)
      v128.store(target, b0, 16)
      v128.store(target + ofOut, a1)
      v128.store(target + ofOut, b1, 16)
      v128.store(target + 2 * ofOut, a2)
      v128.store(target + 2 * ofOut, b2, 16)
      v128.store(target + 3 * ofOut, a3)
      v128.store(target + 3 * ofOut, b3, 16)
    }
  }
  for (; i < rows; i++) {
    for (let at: usize = 0; at < end; at += 32) {
      let left = f32x4.splat(0), right = f32x4.splat(0)
      let value = x + <usize>i * ofRow
      let row = b + at
      for (let step: i32 = 0; step < steps; step++) {
        const number = v128.load32_splat(value)
        left = f32x4.add(left, f32x4.mul(number, v128.load(row)))
        right = f32x4.add(right, f32x4.mul(number, v128.load(row, 16)))
        row += ofB
        value += ofStep
      }
      const target = out + <usize>i * ofOut + at
      v128.store(target, left)
      v128.store(target, right, 16)
    }
  }
}

/**
 * out = start + the rows of each example's ids in `columns` columns, `examples` rows of `outputs` floats. places: of an example's columns one after the other, `stride`
 * bytes from one example to the next; startStride: 0 where all begin with the same row.
 */
export function addRowsOfIds(
  places: usize, stride: usize, examples: i32, columns: i32, start: usize, startStride: i32, outputs: i32, out: usize, outStride: i32,
): void {
  const width = <usize>outputs << 2
  const listed = <usize>columns << 2
  for (let example: i32 = 0; example < examples; example++) {
    const list = places + <usize>example * stride
    const end = list + listed
    const from = start + (<usize>(example * startStride) << 2)
    const target = out + (<usize>(example * outStride) << 2)
    let at: usize = 0
    // So many sums at once do not wait for one another.
    for (; at + 128 <= width; at += 128) {
      const own = from + at
      let a = v128.load(own), b = v128.load(own, 16), c = v128.load(own, 32), d = v128.load(own, 48)
      let e = v128.load(own, 64), f = v128.load(own, 80), g = v128.load(own, 96), h = v128.load(own, 112)
      for (let place = list; place < end; place += 4) {
        const row = <usize>load<u32>(place) + at
        a = f32x4.add(a, v128.load(row))
        b = f32x4.add(b, v128.load(row, 16))
        c = f32x4.add(c, v128.load(row, 32))
        d = f32x4.add(d, v128.load(row, 48))
        e = f32x4.add(e, v128.load(row, 64))
        f = f32x4.add(f, v128.load(row, 80))
        g = f32x4.add(g, v128.load(row, 96))
        h = f32x4.add(h, v128.load(row, 112))
      }
      const to = target + at
      v128.store(to, a)
      v128.store(to, b, 16)
      v128.store(to, c, 32)
      v128.store(to, d, 48)
      v128.store(to, e, 64)
      v128.store(to, f, 80)
      v128.store(to, g, 96)
      v128.store(to, h, 112)
    }
    for (; at < width; at += 16) {
      let a = v128.load(from + at)
      for (let place = list; place < end; place += 4) a = f32x4.add(a, v128.load(<usize>load<u32>(place) + at))
      v128.store(target + at, a)
    }
  }
}

/** The way back: adds the gradient of each example's row to the sums at the places of its ids. */
export function sumRowsOfIds(
  places: usize, stride: usize, examples: i32, columns: i32, gradient: usize, gradientStride: i32, outputs: i32,
): void {
  const width = <usize>outputs << 2
  const listed = <usize>columns << 2
  for (let example: i32 = 0; example < examples; example++) {
    const list = places + <usize>example * stride
    const end = list + listed
    const source = gradient + (<usize>(example * gradientStride) << 2)
    let at: usize = 0
    for (; at + 128 <= width; at += 128) {
      const own = source + at
      const a = v128.load(own), b = v128.load(own, 16), c = v128.load(own, 32), d = v128.load(own, 48)
      const e = v128.load(own, 64), f = v128.load(own, 80), g = v128.load(own, 96), h = v128.load(own, 112)
      for (let place = list; place < end; place += 4) {
        const sums = <usize>load<u32>(place) + at
        v128.store(sums, f32x4.add(v128.load(sums), a))
        v128.store(sums, f32x4.add(v128.load(sums, 16), b), 16)
        v128.store(sums, f32x4.add(v128.load(sums, 32), c), 32)
        v128.store(sums, f32x4.add(v128.load(sums, 48), d), 48)
        v128.store(sums, f32x4.add(v128.load(sums, 64), e), 64)
        v128.store(sums, f32x4.add(v128.load(sums, 80), f), 80)
        v128.store(sums, f32x4.add(v128.load(sums, 96), g), 96)
        v128.store(sums, f32x4.add(v128.load(sums, 112), h), 112)
      }
    }
    for (; at < width; at += 16) {
      const a = v128.load(source + at)
      for (let place = list; place < end; place += 4) {
        const sums = <usize>load<u32>(place) + at
        v128.store(sums, f32x4.add(v128.load(sums), a))
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function total(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
}

/** out = S·Wᵀ, the gradients of the embeddings, added to what is there where `isAdding`: `count` rows of `width` floats, one after the other. */
export function rowGradientsOfIds(
  sums: usize, sumStride: i32, count: i32, width: i32, weights: usize, weightStride: i32, outputs: i32, out: usize, isAdding: i32,
): void {
  const end = <usize>outputs << 2
  const stride = <usize>weightStride << 2
  for (let i: i32 = 0; i < count; i++) {
    const own = sums + (<usize>(i * sumStride) << 2)
    const target = out + (<usize>(i * width) << 2)
    if (!isAdding) memory.fill(target, 0, <usize>width << 2)
    let k: i32 = 0
    for (; k + 4 <= width; k += 4) {
      const w = weights + <usize>k * stride
      let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0)
      for (let at: usize = 0; at < end; at += 16) {
        const g = v128.load(own + at)
        a = f32x4.add(a, f32x4.mul(g, v128.load(w + at)))
        b = f32x4.add(b, f32x4.mul(g, v128.load(w + at + stride)))
        c = f32x4.add(c, f32x4.mul(g, v128.load(w + at + 2 * stride)))
        d = f32x4.add(d, f32x4.mul(g, v128.load(w + at + 3 * stride)))
      }
      const four = target + (<usize>k << 2)
      store<f32>(four, load<f32>(four) + total(a))
      store<f32>(four, load<f32>(four, 4) + total(b), 4)
      store<f32>(four, load<f32>(four, 8) + total(c), 8)
      store<f32>(four, load<f32>(four, 12) + total(d), 12)
    }
    for (; k < width; k++) {
      let a = f32x4.splat(0)
      for (let at: usize = 0; at < end; at += 16)
        a = f32x4.add(a, f32x4.mul(v128.load(own + at), v128.load(weights + <usize>k * stride + at)))
      const one = target + (<usize>k << 2)
      store<f32>(one, load<f32>(one) + total(a))
    }
  }
}

/** out = Bᵀ: `rows` rows of B with `columns` numbers, `stride` floats apart, become the columns of rows that follow one another. */
export function transposeRows(b: usize, stride: i32, rows: i32, columns: i32, out: usize): void {
  const ofRow = <usize>stride << 2
  const ofOut = <usize>rows << 2
  const fullRows = rows & ~3
  const fullColumns = columns & ~3
  for (let row: i32 = 0; row < fullRows; row += 4) {
    const from = b + <usize>row * ofRow
    const to = out + (<usize>row << 2)
    for (let column: i32 = 0; column < fullColumns; column += 4) {
      const own = from + (<usize>column << 2)
      const target = to + <usize>column * ofOut
      transpose(
        v128.load(own), v128.load(own + ofRow), v128.load(own + 2 * ofRow), v128.load(own + 3 * ofRow), target, ofOut,
      )
    }
  }
  // What fills no square of four.
  for (let row: i32 = 0; row < rows; row++)
    for (let column: i32 = row < fullRows ? fullColumns : 0; column < columns; column++)
      store<f32>(out + <usize>column * ofOut + (<usize>row << 2), load<f32>(b + <usize>row * ofRow + (<usize>column << 2)))
}
