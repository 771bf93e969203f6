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

/** Writes 1 with probability threshold / 2³², else 0: `rows × columns` bytes. `firstRow` is the global number of the first row. */
export function dropoutMask(out: usize, rows: i32, columns: i32, key: u32, firstRow: u32, threshold: u32): void {
  const end: i32 = columns & ~15
  const limits = i32x4.splat(<i32>threshold)
  const stride = i32x4.splat(0x78dde6e4) // four times 0x9e3779b9
  for (let row: i32 = 0; row < rows; row++) {
    const rowKey = mix(key ^ mix(firstRow + <u32>row))
    const target = out + <usize>row * <usize>columns
    let first = i32x4.add(i32x4.splat(<i32>rowKey), i32x4(0, 0x9e3779b9, 0x3c6ef372, 0xdaa66d2b))
    for (let column: i32 = 0; column < end; column += 16) {
      const second = i32x4.add(first, stride)
      const third = i32x4.add(second, stride)
      const fourth = i32x4.add(third, stride)
      const low = i16x8.narrow_i32x4_s(i32x4.lt_u(mixFour(first), limits), i32x4.lt_u(mixFour(second), limits))
      const high = i16x8.narrow_i32x4_s(i32x4.lt_u(mixFour(third), limits), i32x4.lt_u(mixFour(fourth), limits))
      v128.store(target + <usize>column, v128.and(i8x16.narrow_i16x8_s(low, high), i8x16.splat(1)))
      first = i32x4.add(fourth, stride)
    }
    for (let column: i32 = end; column < columns; column++) {
      store<u8>(target + <usize>column, mix(rowKey + <u32>column * 0x9e3779b9) < threshold ? 1 : 0)
    }
  }
}

/** out = x · scale in float32, `count` bytes. */
export function scaleBytes(x: usize, out: usize, count: i32, scale: f32): void {
  const end: i32 = count & ~3
  const scales = f32x4.splat(scale)
  for (let i: i32 = 0; i < end; i += 4) {
    const four = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x + <usize>i)))
    v128.store(out + (<usize>i << 2), f32x4.mul(f32x4.convert_i32x4_u(four), scales))
  }
  for (let i = end; i < count; i++) store<f32>(out + (<usize>i << 2), <f32>load<u8>(x + <usize>i) * scale)
}
