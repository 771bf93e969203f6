import { describe, expect, it } from 'vitest'
import { randomInteger } from '../base/index.js'
import { createItemCatalogue } from './item-catalogue.js'
import { listed, pageOf } from './listing.js'

const count = 60
const catalogue = createItemCatalogue()
for (let i = 0; i < count; i++) catalogue.put({ id: `i${String(i)}`, title: null, featuresText: '{}', isHidden: false })

/** Few distinct keys, so that many are equal; every seventh came too late. */
const order = Float32Array.from({ length: count }, (_, i) => (i % 7 === 3 ? NaN : randomInteger(1, i, 5) - 2))
const listing = {
  candidates: { indexes: Int32Array.from({ length: count }, (_, i) => i), sources: [], retrieveMs: 0 },
  ranked: { scores: order, order, scored: count },
  rules: {},
  requestId: 'r',
  k: 10,
}

describe('an ordered list', () => {
  const isLate = (place: number): boolean => Number.isNaN(order[place])
  const sorted = [...order.keys()].sort(
    (a, b) => Number(isLate(a)) - Number(isLate(b)) || (isLate(a) ? 0 : (order[b] ?? 0) - (order[a] ?? 0)) || a - b,
  )
  const expected = sorted.map((place, at) => ({ id: `i${String(place)}`, rank: at + 1 }))
  it('is the same by pages of any length: best first, equal ones as they came, late ones last', () => {
    const list = listed(catalogue, listing)
    for (const length of [1, 7, 10, 59, 60, 100]) {
      const pages = Array.from({ length: Math.ceil(count / length) }, (_, i) =>
        pageOf(catalogue, list, i * length, (i + 1) * length),
      )
      expect(pages.flat().map(({ id, rank }) => ({ id, rank }))).toEqual(expected)
    }
    expect(pageOf(catalogue, list, count, count + 10)).toEqual([])
  })
})
