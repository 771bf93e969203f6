import { describe, expect, it } from 'vitest'
import { batchNegatives, drawOffsets } from './train-towers.js'

describe('the correction for how often an item is drawn', () => {
  it('is −log of its share of the positives', () => {
    // Item 0 is two of four positives, item 2 one of four; nobody chose item 1, which is never drawn.
    const offsets = drawOffsets(Int32Array.of(0, 3, 0, 2), 4)
    expect([...offsets]).toEqual([Math.log(2), 0, Math.log(4), Math.log(4)].map((value) => Math.fround(value)))
  })
})

describe('the negatives of a batch', () => {
  it('are the other items that the row’s user did not act on', () => {
    const histories = [Int32Array.of(5, 7), Int32Array.of(6), Int32Array.of(5, 9), Int32Array.of()]
    const negatives = batchNegatives(Int32Array.of(5, 6, 5, 7), histories)
    expect([...negatives.subarray(0, 4)]).toEqual([0, 1, 0, 0])
    expect([...negatives.subarray(4, 8)]).toEqual([1, 0, 1, 1])
    expect([...negatives.subarray(8, 12)]).toEqual([0, 1, 0, 1])
    expect([...negatives.subarray(12, 16)]).toEqual([1, 1, 1, 0])
  })
})
