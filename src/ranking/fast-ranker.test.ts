import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { writeRandomBundle } from '../../test/random-bundle.js'
import { configOf, draws, itemRow, items, requestRow, shownBefore, state } from '../../test/random-catalogue.js'
import { calibratorOf } from '../calibration/index.js'
import { openBundle } from '../model/index.js'
import type { Bundle } from '../model/index.js'
import type { RawRow } from '../features/index.js'
import { openFastRanker } from './fast-ranker.js'

const home = mkdtempSync(join(tmpdir(), 'fast-ranker-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

let made = 0
const bundleOf = async (model: Parameters<typeof configOf>[0], rest = {}): Promise<Bundle> =>
  openBundle(await writeRandomBundle(join(home, String(made++)), { config: configOf(model), state, ...rest }))

async function expectSame(bundle: Bundle, got: { scores: Float32Array; order: Float32Array }, rows: readonly RawRow[]) {
  const expected = await bundle.scoreRanked(bundle.encoder.encode(rows))
  expect(got.scores.length).toBe(rows.length)
  for (const [i, score] of expected.scores.entries()) {
    expect(Math.abs((got.scores[i] ?? NaN) - score)).toBeLessThan(1e-5)
    expect(Math.abs((got.order[i] ?? NaN) - (expected.order[i] ?? 0))).toBeLessThan(1e-5 * Math.max(1, Math.abs(score)))
  }
}

/** Ranks random candidates several times, with items that change between. */
async function exercise(bundle: Bundle, itemPartBytes?: number): Promise<void> {
  const catalogue = [...items]
  const ranker = await openFastRanker(bundle, { items: catalogue, ...(itemPartBytes ? { itemPartBytes } : {}) })
  for (let round = 0; round < 6; round++) {
    if (round % 3 === 1) await ranker.fill({ thread: 0, threads: 1 }, () => Promise.resolve())
    const row = requestRow(round)
    const candidates = Int32Array.from(draws(300 + round, round === 3 ? 600 : 40 * round + 1, catalogue.length))
    const shown = shownBefore(round, candidates.length)
    const got = await ranker.rank(row, candidates, { shown })
    await expectSame(
      bundle,
      got,
      [...candidates].map((item, at) => ({ ...row, ...catalogue[item], shown: shown[at] })),
    )
    const fresh = [itemRow(1000 + round), itemRow(2000 + round)]
    const first = round % 2 === 0 ? 10 * round : catalogue.length
    catalogue.splice(first, fresh.length, ...fresh)
    await ranker.setItems(first, fresh)
    expect(ranker.itemCount).toBe(catalogue.length)
  }
  await Promise.all([ranker.close(), bundle.close()])
}

describe('the fast ranker', () => {
  it('is filled between requests, which do not wait for the end, and no longer than it is open', async () => {
    const bundle = await bundleOf({})
    const many = Array.from({ length: 3000 }, (_, item) => itemRow(item))
    const ranker = await openFastRanker(bundle, { items: many })
    let runs = 0
    let goOn: () => void = () => undefined
    const filling = ranker.fill({ thread: 0, threads: 1 }, () => {
      runs++
      return new Promise((resolve) => (goOn = resolve))
    })
    for (const expected of [1, 2]) {
      await vi.waitFor(() => {
        expect(runs).toBe(expected)
      }, 20_000)
      const { scores } = await ranker.rank(requestRow(0), Int32Array.of(0, 2999))
      expect(scores.every(Number.isFinite)).toBe(true)
      if (expected === 2) await ranker.close()
      goOn()
    }
    await filling
    expect(runs).toBe(2)
    await bundle.close()
  })

  for (const architecture of ['wide-deep', 'deepfm', 'dcn', 'dcn-v2', 'din', 'finalmlp', 'xdeepfm', 'autoint']) {
    it(`scores as the whole graph of ${architecture}`, async () => {
      await exercise(await bundleOf({ architecture }))
    })
  }

  it('scores as the whole graph of every head', async () => {
    for (const head of ['regression', 'multiclass'] as const) await exercise(await bundleOf({ head }))
  })

  it('scores as the whole graph when calibrated, and keeps the logit to sort by', async () => {
    const rows = { logits: Float32Array.of(-2, -1, 0, 1, 2), labels: Float32Array.of(0, 0, 1, 0, 1) }
    const calibration = calibratorOf('isotonic').fit(rows)
    const record = { method: 'isotonic', rows: 5, source: 'drawn' }
    await exercise(await bundleOf({}, { calibration: { calibration, record } }))
  })

  it('scores so within any budget of item parts', async () => {
    await exercise(await bundleOf({}), 20 * 4 * 17)
    await exercise(await bundleOf({}), 1)
  })

  it('scores an architecture of your own, of which the bundle has no code', async () => {
    const { defineArchitecture } = await import('../model/index.js')
    const { operations } = await import('../graph/index.js')
    const own = defineArchitecture({
      name: 'mine',
      logit: ({ deep }, builder) => {
        if (!deep) throw new Error('no deep part')
        return builder.dense('mine', operations.tanh(deep.input), 1)
      },
    })
    await exercise(await bundleOf({ architecture: own, wide: false }))
  })

  it('shares item parts with rankers that hear of changes later', async () => {
    const bundle = await bundleOf({})
    const early = await openFastRanker(bundle, { items, itemPartBytes: 20_000 })
    const late = await openFastRanker(bundle, { items, itemParts: early.itemParts })
    const [before, after] = [[...items], [...items]]
    const [row, candidates] = [requestRow(1), Int32Array.from(draws(1, 100, items.length))]
    const rows = (catalogue: readonly RawRow[]) => [...candidates].map((item) => ({ ...row, ...catalogue[item] }))
    const ask = async (ranker: typeof early, catalogue: readonly RawRow[]) => {
      await expectSame(bundle, await ranker.rank(row, candidates), rows(catalogue))
    }
    for (let round = 0; round < 3; round++) {
      const changed = Array.from({ length: 50 }, (_, i) => itemRow(1000 * (round + 1) + i))
      after.splice(40 * round, changed.length, ...changed)
      await early.setItems(40 * round, changed)
      for (const turn of [early, late, late, early]) await ask(turn, turn === early ? after : before)
      before.splice(40 * round, changed.length, ...changed)
      await late.setItems(40 * round, changed)
      for (const turn of [late, early]) await ask(turn, after)
    }
    await Promise.all([early.close(), late.close(), bundle.close()])
  })

  it('answers requests that are asked at once', async () => {
    const bundle = await bundleOf({})
    const ranker = await openFastRanker(bundle, { items })
    const asked = Array.from({ length: 8 }, (_, i) => {
      const candidates = Int32Array.from(draws(i, 30, items.length))
      return { row: requestRow(i), candidates, answer: ranker.rank(requestRow(i), candidates) }
    })
    for (const { row, candidates, answer } of asked)
      await expectSame(
        bundle,
        await answer,
        [...candidates].map((item) => ({ ...row, ...items[item] })),
      )
    await Promise.all([ranker.close(), bundle.close()])
  })
})
