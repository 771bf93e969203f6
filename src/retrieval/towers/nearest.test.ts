import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomUniform } from '../../base/index.js'
import { writeHnsw } from './hnsw-index.js'
import { openNearest } from './nearest.js'

const [dimension, known, later, k] = [16, 3000, 40, 50]
const count = known + later
/** Vectors of length 1 around some centres. */
const vectors = new Float32Array(count * dimension)
/** Items that training knew lie anywhere in the catalogue. */
const places = Int32Array.from({ length: known }, (_, row) => (row * 7) % count)
const home = mkdtempSync(join(tmpdir(), 'widedeep-nearest-'))
const file = join(home, 'items.usearch')

function vectorOf(item: number): Float32Array {
  return vectors.subarray(item * dimension, (item + 1) * dimension)
}

beforeAll(async () => {
  for (let item = 0; item < count; item++) {
    const own = vectorOf(item)
    const centre = randomInteger(randomKey(1, 'centre'), item, 30)
    for (let i = 0; i < dimension; i++)
      own[i] =
        randomUniform(randomKey(2, String(i)), centre) + 0.5 * randomUniform(randomKey(3, String(i)), item) - 0.75
    const length = Math.hypot(...own)
    for (let i = 0; i < dimension; i++) own[i] = (own[i] ?? 0) / length
  }
  const rows = Float32Array.from(Array.from(places).flatMap((item) => [...vectorOf(item)]))
  await writeHnsw(file, rows, dimension)
  await writeHnsw(join(home, 'again'), rows, dimension)
})
afterAll(() => {
  rmSync(home, { recursive: true })
})

describe('the nearest items', () => {
  it('are the same by the index as by comparing all, but for a few, those that training did not know among them', async () => {
    const exact = await openNearest({ vectors, dimension, places, file: join(home, 'nothing') })
    const indexed = await openNearest({ vectors, dimension, places, file })
    const isLater = new Set(Array.from({ length: count }, (_, item) => item))
    for (const item of places) isLater.delete(item)
    let [found, foundLater, all, allLater] = [0, 0, 0, 0]
    for (let item = 0; item < count; item += 61) {
      const right = exact(vectorOf(item), k)
      const close = new Map(indexed(vectorOf(item), k).map((candidate) => [candidate.item, candidate.score]))
      expect(close.size).toBe(k)
      expect(right[0]?.item).toBe(item)
      for (const { item: one, score } of right) {
        all++
        if (isLater.has(one)) allLater++
        if (!close.has(one)) continue
        found++
        if (isLater.has(one)) foundLater++
        expect(close.get(one)).toBeCloseTo(score, 5)
      }
    }
    expect(found / all).toBeGreaterThan(0.98)
    expect(allLater).toBeGreaterThan(10)
    expect(foundLater).toBe(allLater)
  })

  it('come best first, and without those that have left the catalogue', async () => {
    const gone = places.map((item) => (item % 5 === 0 ? -1 : item))
    for (const own of [places, gone]) {
      const nearest = await openNearest({ vectors, dimension, places: own, file })
      const found = nearest(vectorOf(3), k)
      expect(found.filter(({ item }) => item < 0)).toEqual([])
      const scores = found.map(({ score }) => score)
      expect(scores).toEqual([...scores].sort((a, b) => b - a))
      expect(scores).toHaveLength(k)
    }
  })

  it('have an index of the same bytes for the same vectors', () => {
    expect(readFileSync(file).equals(readFileSync(join(home, 'again')))).toBe(true)
  })
})
