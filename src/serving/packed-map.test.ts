import { describe, expect, it } from 'vitest'
import { createPackedMap } from './packed-map.js'

const valueOf = (i: number) => ({
  text: `é${'x'.repeat(i % 50)}`,
  nested: { missing: null, list: [i, { at: i / 3 }] },
  floats: Float32Array.from({ length: i % 9 }, (_, j) => i - j),
  integers: Int32Array.of(i, -i).subarray(1),
})

describe('a packed map', () => {
  it('gives back what was put, large values too, and what was used longest ago goes first', () => {
    const map = createPackedMap<object>(1000)
    const large = { floats: new Float32Array(200_000).fill(0.5) }
    for (let i = 0; i < 1500; i++) {
      map.set(`k${String(i)}`, valueOf(i), null)
      if (i % 100 === 0) map.set('large', large, null)
    }
    for (let i = 0; i < 501; i++) expect(map.get(`k${String(i)}`)).toBeUndefined()
    for (let i = 501; i < 1500; i++) expect(map.get(`k${String(i)}`)).toEqual(valueOf(i))
    expect(map.get('large')).toEqual(large)
    map.set('k600', { other: true }, null)
    expect(map.get('k600')).toEqual({ other: true })
  })

  it('keeps nothing that its values are changed to afterwards', () => {
    const map = createPackedMap<{ list: number[] }>(2)
    const value = { list: [1] }
    map.set('a', value, null)
    value.list.push(2)
    map.get('a')?.list.push(3)
    expect(map.get('a')).toEqual({ list: [1] })
  })

  it('lets go of what is an owner’s', () => {
    const map = createPackedMap<string>(10)
    for (const [key, owner] of [
      ['a', 'u1'],
      ['b', 'u2'],
      ['c', 'u1'],
      ['d', null],
    ] as const)
      map.set(key, key, owner)
    map.deleteOf('u1')
    expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual([undefined, 'b', undefined, 'd'])
  })
})
