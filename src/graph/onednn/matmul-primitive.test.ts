import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomNormal } from '../../base/index.js'
import { openMatmul } from './matmul-primitive.js'
import { openOnednn } from './open-onednn.js'

const library = openOnednn()
const random = (name: string, length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => randomNormal(randomKey(1, name), i))

/** `op(a)·op(b)` at one place, in float64. */
function element(
  { n, k, m, transposeA, transposeB }: Record<'m' | 'n' | 'k', number> & Record<'transposeA' | 'transposeB', boolean>,
  [a, b]: readonly [Float32Array, Float32Array],
  [row, column]: readonly [number, number],
): number {
  let sum = 0
  for (let i = 0; i < k; i++) {
    const left = a[transposeA ? i * m + row : row * k + i] ?? NaN
    sum += left * (b[transposeB ? column * k + i : i * n + column] ?? NaN)
  }
  return sum
}

/** The number that a half stands for. */
const widened = (half = 0): number => new Float32Array(Uint32Array.of(half * 65536).buffer)[0] ?? NaN

describe.skipIf('reason' in library)('the matmul primitive', () => {
  if ('reason' in library) return
  library.useThreads(1)

  it('multiplies matrices of any size, stored either way round, with a bias of either kind and relu', () => {
    const matmul = openMatmul(library, 'float32')
    if ('reason' in matmul) throw new Error(matmul.reason)
    for (let round = 0; round < 60; round++) {
      const [m, n, k] = [0, 1, 2].map((which) => 1 + randomInteger(randomKey(2, String(which)), round, 40)) as [
        number,
        number,
        number,
      ]
      const shape = { m, n, k, transposeA: round % 2 === 1, transposeB: round % 4 > 1 }
      const kind = ([undefined, 'row', 'matrix'] as const)[round % 3]
      const isRelu = round % 5 > 2
      const [a, b, bias, out] = [
        random(`a${String(round)}`, m * k),
        random(`b${String(round)}`, k * n),
        random(`bias${String(round)}`, kind === 'row' ? n : m * n),
        new Float32Array(m * n),
      ]
      matmul({ ...shape, bias: kind, isRelu })({ a, b, out, ...(kind ? { bias } : {}) })
      for (let i = 0; i < m * n; i++) {
        const added = kind === undefined ? 0 : (bias[kind === 'row' ? i % n : i] ?? NaN)
        const sum = element(shape, [a, b], [Math.floor(i / n), i % n]) + added
        expect(out[i]).toBeCloseTo(isRelu ? Math.max(0, sum) : sum, 4)
      }
    }
  })

  it('keeps a NaN through relu, and what is below zero is not above it', () => {
    const matmul = openMatmul(library, 'float32')
    if ('reason' in matmul) throw new Error(matmul.reason)
    const size = 20
    const [a, b, out] = [random('left', size * size), random('right', size * size), new Float32Array(size * size)]
    a[3] = NaN
    matmul({ m: size, n: size, k: size, transposeA: false, transposeB: false, isRelu: true })({ a, b, out })
    expect([...out.subarray(0, size)].every(Number.isNaN)).toBe(true)
    const rest = [...out.subarray(size)]
    expect(rest.some((value) => value <= 0)).toBe(true)
    for (const value of rest) expect(value).toBeGreaterThan(-1e-28)
  })

  it('has products of bfloat16, or says that the processor has none', () => {
    const matmul = openMatmul(library, 'bfloat16')
    if ('reason' in matmul) {
      expect(matmul.reason).toMatch(/^oneDNN .* has no product of bfloat16 for this processor$/)
      return
    }
    const shape = { m: 32, n: 32, k: 32, transposeA: false, transposeB: true }
    const ones = new Uint16Array(32 * 32).fill(0x3f80)
    const bias = Float32Array.from({ length: 32 }, (_, i) => (i === 0 ? NaN : -i - 0.5))
    const out = new Float32Array(32 * 32)
    matmul(shape)({ a: ones, b: ones, out })
    expect([...out]).toEqual(Array.from({ length: 32 * 32 }, () => 32))
    const rounded = new Uint16Array(32 * 32)
    matmul({ ...shape, bias: 'row', isRelu: true, out: 'bfloat16' })({ a: ones, b: ones, bias, out: rounded })
    expect(widened(rounded[0])).toBeNaN()
    // 28.5 has eight bits and fewer.
    expect(widened(rounded[3])).toBe(28.5)
  })
})
