/** Dropout masks from a counter-based generator: a pure function of key, row and column ("lowbias32", as in room base). */

// @ts-ignore: decorator
@inline
function mix(value: u32): u32 {
  let x = value
  x = (x ^ (x >> 16)) * 0x7feb352d
  x = (x ^ (x >> 15)) * 0x846ca68b
  return x ^ (x >> 16)
}

// @ts-ignore: decorator
@inline
function mixFour(value: v128): v128 {
  let x = value
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x7feb352d))
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x846ca68b))
  return v128.xor(x, i32x4.shr_u(x, 16))
}

/** Writes `scale` with probability threshold / 2³², else 0: `rows × columns` floats. `firstRow` is the global number of the first row. */
export function dropoutMask(out: usize, rows: i32, columns: i32, key: u32, firstRow: u32, threshold: u32, scale: f32): void {
  const end: i32 = columns & ~3
  const scales = f32x4.splat(scale)
  const limits = i32x4.splat(<i32>threshold)
  for (let row: i32 = 0; row < rows; row++) {
    const rowKey = mix(key ^ mix(firstRow + <u32>row))
    const target = out + ((<usize>row * <usize>columns) << 2)
    let counter = i32x4.add(i32x4.splat(<i32>rowKey), i32x4(0, 0x9e3779b9, 0x3c6ef372, 0xdaa66d2b))
    const stride = i32x4.splat(0x78dde6e4) // four times 0x9e3779b9
    for (let column: i32 = 0; column < end; column += 4) {
      const isKept = i32x4.lt_u(mixFour(counter), limits)
      v128.store(target + (<usize>column << 2), v128.and(isKept, scales))
      counter = i32x4.add(counter, stride)
    }
    for (let column: i32 = end; column < columns; column++) {
      const isKept = mix(rowKey + <u32>column * 0x9e3779b9) < threshold
      store<f32>(target + (<usize>column << 2), isKept ? scale : 0)
    }
  }
}
