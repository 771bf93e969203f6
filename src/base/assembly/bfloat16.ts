/** A kernel of more than one room. */

/** Bits of bfloat16 in the low halves: rounded to nearest, ties to even; a NaN stays one and is made quiet. */
// @ts-ignore: decorator
@inline
function rounded(x: v128): v128 {
  const isOdd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1))
  const nearest = i32x4.shr_u(i32x4.add(x, i32x4.add(isOdd, i32x4.splat(0x7fff))), 16)
  const quiet = v128.or(i32x4.shr_u(x, 16), i32x4.splat(0x40))
  return v128.bitselect(nearest, quiet, f32x4.eq(x, x))
}

/** out = x in bfloat16, `count` numbers of two bytes. */
export function toBfloat16(x: usize, out: usize, count: i32): void {
  const end: i32 = count & ~7
  for (let i: i32 = 0; i < end; i += 8) {
    const source = x + (<usize>i << 2)
    const low = rounded(v128.load(source))
    v128.store(out + (<usize>i << 1), i16x8.narrow_i32x4_u(low, rounded(v128.load(source, 16))))
  }
  for (let i = end; i < count; i++) {
    v128.store_lane<i16>(out + (<usize>i << 1), rounded(v128.load32_zero(x + (<usize>i << 2))), 0)
  }
}
