import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { writeRandomBundle } from '../../test/random-bundle.js'
import { configOf, itemRow, items, requestRow, state } from '../../test/random-catalogue.js'
import { openBundle } from '../model/index.js'
import type { RankRequest, ScoringPool } from './scoring.js'
import { openScoringPool } from './scoring-pool.js'
import { ScoringReserve } from './scoring-reserve.js'
import { ScoringThread } from './scoring-thread.js'

const home = mkdtempSync(join(tmpdir(), 'scoring-reserve-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})
const texts = items.map((row) => JSON.stringify(row))
const candidates = Int32Array.from({ length: 60 }, (_, item) => item)
const request: RankRequest = { row: requestRow(1), candidates }

const bundleOf = (name: string, seed: number): Promise<string> =>
  writeRandomBundle(join(home, name), {
    config: configOf({}),
    state,
    seed,
    rows: [{ ...requestRow(0), ...itemRow(0) }],
  })

async function expectScoresOf(directory: string, pool: ScoringPool): Promise<void> {
  const bundle = await openBundle(directory)
  const rows = [...candidates].map((item) => ({ ...requestRow(1), ...items[item] }))
  const expected = await bundle.score(bundle.encoder.encode(rows))
  const { scores } = await pool.rank(request)
  for (const [i, score] of expected.entries()) expect(Math.abs((scores[i] ?? NaN) - score)).toBeLessThan(1e-5)
  await bundle.close()
}

/** The threads that a reserve hands out, in their order. */
function taken(reserve: ScoringReserve): ScoringThread[] {
  const threads: ScoringThread[] = []
  const take = reserve.take.bind(reserve)
  vi.spyOn(reserve, 'take').mockImplementation(() => {
    const thread = take()
    threads.push(thread)
    return thread
  })
  return threads
}

describe('a pool that follows no other version', () => {
  it('computes the parts of all items once it serves', async () => {
    const load = vi.spyOn(ScoringThread.prototype, 'load')
    const pool = await openScoringPool(await bundleOf('filled', 3), { items: texts, threads: 2, partSize: 1 })
    const [opened] = await Promise.all(load.mock.results.map(({ value }) => value as ReturnType<ScoringThread['load']>))
    load.mockRestore()
    const memory = new Float32Array(opened?.shared.itemParts ?? new SharedArrayBuffer(0))
    // Each item has two numbers beside its parts at least; to get warm a thread has asked for one of them.
    await vi.waitFor(() => {
      expect(memory.reduce((sum, value) => sum + Number(value !== 0), 0)).toBeGreaterThan(3 * texts.length)
    }, 20_000)
    await pool.close()
  })
})

describe('a reserve of scoring threads', () => {
  it('lends the same threads to one bundle after the other', async () => {
    const reserve = new ScoringReserve(2)
    const threads = taken(reserve)
    const [first, second] = [await bundleOf('first', 1), await bundleOf('second', 2)]
    for (const directory of [first, second, first]) {
      const pool = await openScoringPool(directory, {
        items: texts,
        threads: 2,
        reserve,
        isBackground: threads.length > 0,
      })
      await expectScoresOf(directory, pool)
      await pool.close()
    }
    expect(threads).toHaveLength(6)
    expect(new Set(threads).size).toBe(2)
    await reserve.close()
    expect(threads.every(({ isAlive }) => !isAlive)).toBe(true)
  })

  it('has threads ready before they are asked for, and no more than its size afterwards', async () => {
    const reserve = new ScoringReserve(1)
    await reserve.fill()
    await reserve.fill()
    const threads = [reserve.take(), reserve.take()]
    for (const thread of threads) await reserve.giveBack(thread)
    expect(threads.map(({ isAlive }) => isAlive)).toEqual([true, false])
    expect(reserve.take()).toBe(threads[0])
    await reserve.giveBack(threads[0] ?? new ScoringThread({ isLow: false }))
    await reserve.close()
  })

  it('gets its threads back from a bundle that is refused, and lends none that has died', async () => {
    const reserve = new ScoringReserve(1)
    const threads = taken(reserve)
    const damaged = await bundleOf('damaged', 3)
    writeFileSync(join(damaged, 'config.json'), '{}')
    await expect(openScoringPool(damaged, { items: texts, reserve })).rejects.toThrow(/BUNDLE_DAMAGED/)
    const good = await bundleOf('good', 3)
    const pool = await openScoringPool(good, { items: texts, reserve })
    await expectScoresOf(good, pool)
    expect(threads[1]).toBe(threads[0])
    await pool.close()
    await threads[0]?.close()
    const other = await openScoringPool(good, { items: texts, reserve })
    expect(threads[2]).not.toBe(threads[0])
    await expectScoresOf(good, other)
    await other.close()
    await reserve.close()
  })

  it('lets go of a bundle that is still being loaded', async () => {
    const thread = new ScoringThread({ isLow: false })
    const directory = await bundleOf('begun', 5)
    const start = { directory, itemPartBytes: 1e6, shared: undefined, isBackground: false, isLow: false }
    const [, isAlive] = await Promise.all([thread.load(start), thread.release(false)])
    expect(isAlive).toBe(true)
    await expect(thread.ask({ kind: 'predict', rows: [{}] })).rejects.toThrow('without a bundle')
    await thread.close()
  })

  it('ends threads that are given back after it was closed', async () => {
    const reserve = new ScoringReserve(1)
    const thread = reserve.take()
    await reserve.close()
    await reserve.giveBack(thread)
    expect(thread.isAlive).toBe(false)
  })
})

describe('a rehearsal', () => {
  it('asks of the new pool what was asked of late, and leaves out what it cannot know', async () => {
    const directory = await bundleOf('rehearsed', 4)
    const before = await openScoringPool(directory, { items: texts })
    expect(before.recent()).toEqual([])
    for (let i = 0; i < 100; i++) await before.rank({ row: requestRow(i), candidates })
    expect(before.recent()).toHaveLength(64)
    expect(before.recent().map(({ row }) => row)).toContainEqual(requestRow(99))
    expect(before.recent().map(({ row }) => row)).not.toContainEqual(requestRow(35))
    const unknown = { row: requestRow(1), candidates: Int32Array.of(items.length) }
    const [known] = before.recent()
    if (!known) throw new Error('nothing was asked')
    const after = await openScoringPool(directory, { items: texts, rehearsal: [unknown, known] })
    expect(after.recent()).toHaveLength(64)
    for (const { row, candidates: asked } of after.recent()) expect([row, asked]).toEqual([known.row, candidates])
    await expectScoresOf(directory, after)
    before.forgetRecent()
    expect(before.recent()).toEqual([])
    await before.rank(request)
    expect(before.recent()).toEqual([request])
    await before.close()
    await after.close()
  })
})
