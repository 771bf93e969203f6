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

describe.skipIf('reason' in library)('the matmul primitive', () => {
  if ('reason' in library) return
  library.useThreads(1)

  it('multiplies matrices of any size, stored either way round', () => {
    const matmul = openMatmul(library, 'float32')
    if ('reason' in matmul) throw new Error(matmul.reason)
    for (let round = 0; round < 40; round++) {
      const [m, n, k] = [0, 1, 2].map((which) => 1 + randomInteger(randomKey(2, String(which)), round, 40)) as [
        number,
        number,
        number,
      ]
      const shape = { m, n, k, transposeA: round % 2 === 1, transposeB: round % 4 > 1 }
      const [a, b, out] = [
        random(`a${String(round)}`, m * k),
        random(`b${String(round)}`, k * n),
        new Float32Array(m * n),
      ]
      matmul(shape, a, b, out)
      for (let i = 0; i < m * n; i++) expect(out[i]).toBeCloseTo(element(shape, [a, b], [Math.floor(i / n), i % n]), 4)
    }
  })

  it('has products of bfloat16, or says that the processor has none', () => {
    const matmul = openMatmul(library, 'bfloat16')
    if ('reason' in matmul) {
      expect(matmul.reason).toMatch(/^oneDNN .* has no product of bfloat16 for this processor$/)
      return
    }
    const shape = { m: 32, n: 32, k: 32, transposeA: false, transposeB: true }
    const ones = new Uint16Array(32 * 32).fill(0x3f80)
    const out = new Float32Array(32 * 32)
    matmul(shape, ones, ones, out)
    expect([...out]).toEqual(Array.from({ length: 32 * 32 }, () => 32))
  })
})
