import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey } from '../base/index.js'
import { ItemParts } from './item-parts.js'

const widths = [3, 1]
/** Bytes of a slot with such rows, its head included. */
const slotBytes = 40

/** The parts of an item at some version, as its graph would make them. */
const made = (item: number, version: number): [Float32Array, Float32Array] => [
  Float32Array.of(item, version, item + 0.5),
  Float32Array.of(-item),
]

/** Asks for items again and again, as scorers do that share their parts, and counts what had to be made. */
function exercise(sharers: readonly ItemParts[], { rounds, items, hot }: Record<'rounds' | 'items' | 'hot', number>) {
  const versions = new Map<number, number>()
  const targets = [new Float32Array(3), new Float32Array(1)]
  let misses = 0
  for (let round = 0; round < rounds; round++) {
    const parts = sharers[round % sharers.length]
    for (let i = 0; i < 20; i++) {
      const item = randomInteger(randomKey(1, round), i, i % 4 === 0 ? items : hot)
      const version = versions.get(item) ?? 0
      const [wide, narrow] = made(item, version)
      if (parts?.read(item, version, targets, 0)) expect(targets).toEqual([wide, narrow])
      else {
        parts?.write(item, version, [wide, narrow], 0)
        misses++
      }
    }
    versions.set(randomInteger(randomKey(1, round), 99, items), round)
  }
  return misses
}

/** What each of two threads does at once: items and versions that take each other's slots, in rows of one value. */
const program = `
  const { workerData: { module, memory, widths, seed }, parentPort } = require('node:worker_threads')
  import(module).then(({ ItemParts }) => {
    const parts = new ItemParts({ widths, budgetBytes: 0, memory })
    const target = [new Float32Array(widths[0])]
    const counts = { read: 0, torn: 0 }
    for (let turn = 0, state = seed; turn < 150_000; turn++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      const [item, version] = [(state >>> 8) % 12, (state >>> 16) % 3]
      const value = 10 * item + version
      if (!parts.read(item, version, target, 0)) parts.write(item, version, [target[0].fill(value)], 0)
      else {
        counts.read++
        if (!target[0].every((one) => one === value)) counts.torn++
      }
    }
    parentPort.postMessage(counts)
  })`

describe('item parts', () => {
  it('are those of the item as it is now, however little of them fits', () => {
    for (const slots of [1, 2, 7, 50, 1000])
      exercise([new ItemParts({ widths, budgetBytes: slotBytes * slots })], { rounds: 60, items: 300, hot: 30 })
  })

  it('keep within their budget', () => {
    const parts = new ItemParts({ widths, budgetBytes: slotBytes * 50 })
    expect(parts.memory.byteLength).toBeLessThanOrEqual(slotBytes * 50)
    expect(parts.capacity).toBe(48)
    expect(new ItemParts({ widths, budgetBytes: 2 ** 36 }).memory.byteLength).toBeLessThanOrEqual(2 ** 33)
  })

  it('are all kept where the budget is for all', () => {
    const parts = new ItemParts({ widths, budgetBytes: slotBytes * 304 })
    for (let item = 0; item < 304; item++) parts.write(item, 1, made(item, 1), 0)
    const targets = [new Float32Array(3), new Float32Array(1)]
    for (let item = 0; item < 304; item++) expect(parts.read(item, 1, targets, 0)).toBe(true)
  })

  it('keep what is asked for often, for all who share them: 40 slots for 30 hot items of 2000', () => {
    const parts = new ItemParts({ widths, budgetBytes: slotBytes * 40 })
    const other = new ItemParts({ widths, budgetBytes: 0, memory: parts.memory })
    const misses = exercise([parts, other], { rounds: 400, items: 2000, hot: 30 })
    // A quarter of the 8000 candidates is drawn from all items, and nearly always missing.
    expect(misses).toBeLessThan(3200)
    expect(misses).toBeGreaterThan(1900)
  })

  it('are never half of one version and half of another, while two threads write and read', async () => {
    const { memory } = new ItemParts({ widths: [700], budgetBytes: 4 * 704 * 8 })
    const module = new URL('../../dist/ranking/item-parts.js', import.meta.url).href
    const threads = [1, 2].map(
      (seed) => new Worker(program, { eval: true, workerData: { module, memory, widths: [700], seed } }),
    )
    const counts = await Promise.all(threads.map((thread) => once(thread, 'message')))
    for (const [{ read, torn }] of counts as [{ read: number; torn: number }][]) {
      expect(read).toBeGreaterThan(1000)
      expect(torn).toBe(0)
    }
  })
})
