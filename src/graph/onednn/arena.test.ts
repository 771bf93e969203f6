import { describe, expect, it } from 'vitest'
import { randomKey, randomNormal, randomUint32 } from '../../base/index.js'
import { Arena } from './arena.js'

const arena = new Arena()
/** Lengths around the width of the kernels' registers. */
const lengths = [1, 3, 4, 7, 8, 16, 33, 100]

const place = (values: Float32Array): number => {
  const at = arena.allocate(4 * values.length)
  arena.float32(at, values.length).set(values)
  return at
}
const random = (name: string, length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => randomNormal(randomKey(1, name), i))
const read = (at: number, length: number): number[] => [...arena.float32(at, length)]
const single = (values: readonly number[]): number[] => [...Float32Array.from(values)]

describe('the kernels between products', () => {
  for (const length of lengths) {
    it(`work on ${String(length)} numbers, a NaN among them`, () => {
      const [a, b] = [random('a', length), random('b', length)]
      a[length - 1] = NaN
      const [x, y, out] = [place(a), place(b), arena.allocate(4 * length)]
      const { kernels } = arena
      const expectEach = (compute: (x: number, y: number) => number): void => {
        expect(read(out, length)).toEqual(single([...a].map((value, i) => compute(value, b[i] ?? 0))))
      }
      kernels.add(x, y, out, length)
      expectEach((p, q) => p + q)
      kernels.multiply(x, y, out, length)
      expectEach((p, q) => p * q)
      kernels.multiplyHeaviside(x, y, out, length)
      expectEach((p, q) => p * Number(q > 0))
      kernels.relu(x, out, length)
      expectEach((p) => (p < 0 ? 0 : p))
    })

    it(`add a bias to rows of ${String(length)} and sum them`, () => {
      const [values, bias] = [random('values', 5 * length), random('bias', length)]
      const [b, out] = [place(bias), arena.allocate(4 * length)]
      const sums = values.map((value, i) => value + (bias[i % length] ?? 0))
      let at = place(values)
      arena.kernels.addBias(at, b, 5, length)
      expect(read(at, 5 * length)).toEqual([...sums])
      at = place(values)
      arena.kernels.addBiasRelu(at, b, 5, length)
      expect(read(at, 5 * length)).toEqual([...sums].map((value) => (value < 0 ? 0 : value)))
      arena.kernels.sumRows(place(values), out, 5, length)
      const column = (i: number): number =>
        [0, 1, 2, 3, 4].reduce((sum, row) => sum + (values[row * length + i] ?? 0), 0)
      for (const [i, sum] of read(out, length).entries()) expect(sum).toBeCloseTo(column(i), 5)
    })
  }
})

describe('bfloat16', () => {
  /** The nearest of the two neighbours, the even one of two that are as near; by float64 arithmetic. */
  function nearest(bits: number): number {
    const value = (pattern: number): number => new Float32Array(Uint32Array.of(pattern).buffer)[0] ?? 0
    const below = bits >>> 16
    // Beyond the largest number comes infinity, which stands for the next power of two.
    const size = (half: number): number => ((half & 0x7fff) === 0x7f80 ? 2 ** 128 : Math.abs(value((half << 16) >>> 0)))
    const [toBelow, toAbove] = [Math.abs(value(bits)) - size(below), size(below + 1) - Math.abs(value(bits))]
    if (toBelow !== toAbove) return toBelow < toAbove ? below : below + 1
    return below % 2 === 0 ? below : below + 1
  }

  it('is the nearest number, ties to even, for numbers of every kind', () => {
    const length = 20_003
    const bits = Uint32Array.from({ length }, (_, i) => {
      const drawn = randomUint32(randomKey(4, 'bits'), i)
      // Every third is a tie.
      const own = i % 3 === 0 ? ((drawn & 0xffff0000) | 0x8000) >>> 0 : drawn
      return (own & 0x7f800000) === 0x7f800000 ? own & 0x807fffff : own
    })
    const out = arena.allocate(2 * length)
    arena.kernels.toBfloat16(place(new Float32Array(bits.buffer)), out, length)
    const expected = [...bits].map(nearest)
    expect([...arena.uint16(out, length)]).toEqual(expected)
  })

  it('keeps infinities and every NaN', () => {
    const bits = Uint32Array.of(
      0x7f800000,
      0xff800000,
      0x7fc00000,
      0x7f800001,
      0xffffffff,
      0x7fffffff,
      0xff800001,
      0,
      1,
    )
    const out = arena.allocate(2 * bits.length)
    arena.kernels.toBfloat16(place(new Float32Array(bits.buffer)), out, bits.length)
    const rounded = [...arena.uint16(out, bits.length)]
    expect(rounded.slice(0, 2)).toEqual([0x7f80, 0xff80])
    for (const half of rounded.slice(2, 7)) expect(half & 0x7fff).toBeGreaterThan(0x7f80)
    expect(rounded.slice(7)).toEqual([0, 0])
  })
})

describe('the kernels between products that read bfloat16', () => {
  const roundedPlace = (values: Float32Array): number => {
    const at = arena.allocate(2 * values.length)
    arena.kernels.toBfloat16(place(values), at, values.length)
    return at
  }
  const wide = (at: number, length: number): number[] => {
    const out = arena.allocate(4 * length)
    arena.kernels.fromBfloat16(at, out, length)
    return read(out, length)
  }

  for (const length of lengths) {
    it(`widen and mask ${String(length)} numbers, a NaN and both zeros among them`, () => {
      const [a, y] = [random('a', length), random('y', length)]
      a[length - 1] = NaN
      y[0] = 0
      if (length > 1) y[1] = -0
      const [from, mask, out] = [roundedPlace(a), roundedPlace(y), arena.allocate(2 * length)]
      const halves = wide(from, length)
      for (const [i, half] of halves.slice(0, -1).entries())
        expect(Math.abs(half - (a[i] ?? NaN))).toBeLessThanOrEqual(Math.abs(half) / 256)
      arena.kernels.multiplyHeavisideBfloat16(from, mask, out, length)
      expect(wide(out, length).map((value) => value + 0)).toEqual(
        halves.map((half, i) => (Number.isNaN(half) || (y[i] ?? 0) > 0 ? half : 0)),
      )
    })

    it(`sum rows of ${String(length)}`, () => {
      const values = roundedPlace(random('values', 5 * length))
      const halves = wide(values, 5 * length)
      const out = arena.allocate(4 * length)
      arena.kernels.sumRowsBfloat16(values, out, 5, length)
      for (const [i, sum] of read(out, length).entries())
        expect(sum).toBeCloseTo(
          [0, 1, 2, 3, 4].reduce((total, row) => total + (halves[row * length + i] ?? NaN), 0),
          5,
        )
    })
  }
})

describe('the arena', () => {
  it('gives a released place again, and grows without losing what is there', () => {
    const own = new Arena()
    const first = own.allocate(400)
    own.float32(first, 1)[0] = 7
    const second = own.allocate(400)
    own.release(second, 400)
    expect(own.allocate(400)).toBe(second)
    own.allocate(1 << 22)
    expect(own.float32(first, 1)[0]).toBe(7)
    own.reset()
    expect(own.allocate(8)).toBe(first)
  })
})
