import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey } from '../base/index.js'
import { createIdList } from './id-list.js'
import { createIdMemory, idHash } from './id-memory.js'

describe('an id memory', () => {
  it('knows at least the last ids it was given, and none that it was never given', () => {
    const key = randomKey(1, 'ids')
    const [capacity, count] = [300, 5000]
    const memory = createIdMemory(capacity)
    const added: string[] = []
    for (let index = 0; index < count; index++) {
      const id = `${String(index)}-${String(randomInteger(key, index, 1e9))}`
      expect(memory.has(idHash(id))).toBe(false)
      memory.add(idHash(id))
      added.push(id)
      const recent = added[Math.max(0, index - randomInteger(key, count + index, capacity))] ?? ''
      expect(memory.has(idHash(recent))).toBe(true)
    }
    expect(added.filter((id) => memory.has(idHash(id))).length).toBeLessThanOrEqual(2 * capacity)
  })

  it('hashes ids that are nearly the same apart', () => {
    const hashes = new Set<string>()
    const places: [Set<number>, Set<number>] = [new Set(), new Set()]
    const count = 200_000
    for (let index = 0; index < count; index++) {
      const [high, low] = idHash(`00000000-0000-4000-8000-${String(index).padStart(12, '0')}`)
      hashes.add(`${String(high)} ${String(low)}`)
      places[0].add(high)
      places[1].add(low)
    }
    expect(hashes.size).toBe(count)
    // Of 200,000 in 2^32 places some 5 pairs fall together (n^2 / 2^33), were each half as good as random.
    for (const half of places) expect(count - half.size).toBeLessThan(25)
  })
})

describe('an id list', () => {
  it('is what its bytes say', () => {
    const list = createIdList()
    const hashes = Array.from({ length: 1000 }, (_, index) => idHash(String(index)))
    for (const hash of hashes) list.add(hash)
    expect([...createIdList(Buffer.from(list.bytes()))]).toEqual(hashes)
    expect([list.count, list.bytes().length]).toEqual([1000, 8000])
  })
})
