import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeRandomBundle } from '../../test/random-bundle.js'
import { configOf, draws, itemRow, items, requestRow, shownBefore, state } from '../../test/random-catalogue.js'
import { openBundle, readManifest, writeManifest } from '../model/index.js'
import type { Bundle } from '../model/index.js'
import type { RawRow } from '../features/index.js'
import { scoringMemoryBytes } from './scoring-memory.js'
import { openScoringPool } from './scoring-pool.js'
import type { RankedCandidates } from './scoring.js'

const home = mkdtempSync(join(tmpdir(), 'scoring-pool-'))
const directory = join(home, 'bundle')
const textsOf = (rows: readonly RawRow[]): string[] => rows.map((row) => JSON.stringify(row))
const texts = textsOf(items)
let bundle: Bundle

beforeAll(async () => {
  const rows = Array.from({ length: 5 }, (_, i) => ({ ...requestRow(i), ...itemRow(i), shown: i }))
  await writeRandomBundle(directory, { config: configOf({}), state, rows })
  bundle = await openBundle(directory)
})
afterAll(async () => {
  await bundle.close()
  rmSync(home, { recursive: true })
})

async function expectSame({ scores, scored }: RankedCandidates, rows: readonly RawRow[]): Promise<void> {
  const expected = await bundle.score(bundle.encoder.encode(rows))
  expect(scored).toBe(rows.length)
  for (const [i, score] of expected.entries()) expect(Math.abs((scores[i] ?? NaN) - score)).toBeLessThan(1e-5)
}

const joined = (row: RawRow, candidates: Int32Array, catalogue: readonly RawRow[]): RawRow[] =>
  [...candidates].map((item) => ({ ...row, ...catalogue[item] }))

describe('the scoring pool', () => {
  for (const threads of [1, 2])
    it(`gives the scores of the whole graph on ${String(threads)} threads, whatever the parts`, async () => {
      const pool = await openScoringPool(directory, { items: texts, threads, partSize: 30, itemPartBytes: 20_000 })
      expect([pool.threads, pool.itemCount]).toEqual([threads, items.length])
      const asked = Array.from({ length: 20 }, (_, i) => {
        const candidates = Int32Array.from(draws(i, 7 * i, items.length))
        const pairs = { shown: shownBefore(i, candidates.length) }
        const answer = pool.rank({ row: requestRow(i), candidates, pairs })
        return { row: requestRow(i), candidates, answer, ...pairs }
      })
      for (const { row, candidates, answer, shown } of asked)
        await expectSame(
          await answer,
          joined(row, candidates, items).map((one, at) => ({ ...one, shown: shown[at] })),
        )
      await pool.close()
    })

  it.skipIf(process.platform !== 'linux')('leaves no thread at low priority (Linux shows them)', async () => {
    const pool = await openScoringPool(directory, { items: texts, threads: 2, isBackground: true })
    // The 19th number of /proc/…/stat, counted behind the name in parentheses: the nice value.
    const nice = readdirSync('/proc/self/task').map(
      (task) => readFileSync(`/proc/self/task/${task}/stat`, 'utf8').split(') ')[1]?.split(' ')[16],
    )
    expect(nice.length).toBeGreaterThan(2)
    expect(new Set(nice)).toEqual(new Set([String(getPriority())]))
    await pool.close()
  })

  it('takes no more memory than was told before', async () => {
    const wanted = await scoringMemoryBytes(directory, { threads: 2, itemPartBytes: 1e6 })
    const before = process.memoryUsage().rss
    const pool = await openScoringPool(directory, { items: texts, threads: 2, itemPartBytes: 1e6 })
    expect(process.memoryUsage().rss - before).toBeLessThan(wanted)
    await pool.close()
  })

  it('predicts whole rows as they are, beside candidates, whatever the parts', async () => {
    const pool = await openScoringPool(directory, { items: texts, threads: 2, partSize: 30 })
    const candidates = Int32Array.from(draws(1, 200, items.length))
    const rows = Array.from({ length: 95 }, (_, i) => ({ ...requestRow(i), ...(i % 7 === 0 ? {} : itemRow(i)) }))
    const [ranked, { values, labels }] = await Promise.all([
      pool.rank({ row: requestRow(1), candidates }),
      pool.predictRows(rows),
    ])
    await expectSame(ranked, joined(requestRow(1), candidates, items))
    await expectSame({ scores: values, order: values, scored: values.length }, rows)
    expect(labels).toEqual([])
    expect((await pool.predictRows([])).values).toHaveLength(0)
    await pool.close()
  })

  it('sees items that are replaced and added', async () => {
    const pool = await openScoringPool(directory, { items: texts, threads: 2, partSize: 10 })
    const catalogue = [...items]
    const candidates = Int32Array.from({ length: 40 }, (_, i) => items.length - 20 + i)
    const fresh = Array.from({ length: 30 }, (_, i) => itemRow(5000 + i))
    catalogue.splice(items.length - 10, 30, ...fresh)
    await pool.setItems(items.length - 10, textsOf(fresh))
    expect(pool.itemCount).toBe(items.length + 20)
    await expectSame(await pool.rank({ row: requestRow(3), candidates }), joined(requestRow(3), candidates, catalogue))
    await pool.close()
  })

  it('answers with what is scored when the deadline comes, and drops what nobody waits for', async () => {
    const pool = await openScoringPool(directory, { items: texts, partSize: 50 })
    const candidates = Int32Array.from(draws(1, 100_000, items.length))
    const late = await pool.rank({ row: requestRow(1), candidates, deadlineMs: 20 })
    expect(late.scored).toBeLessThan(candidates.length)
    expect(late.scores.filter((score) => !Number.isNaN(score))).toHaveLength(late.scored)
    const next = candidates.slice(0, 60)
    const start = performance.now()
    await expectSame(await pool.rank({ row: requestRow(2), candidates: next }), joined(requestRow(2), next, items))
    expect(performance.now() - start).toBeLessThan(1000)
    expect(pool.waiting).toBe(0)
    await pool.close()
  })

  it('answers what was asked before it closes', async () => {
    const pool = await openScoringPool(directory, { items: texts, partSize: 20 })
    const candidates = Int32Array.from(draws(1, 500, items.length))
    const asked = pool.rank({ row: requestRow(1), candidates })
    await pool.close()
    await expectSame(await asked, joined(requestRow(1), candidates, items))
    expect(() => pool.rank({ row: requestRow(1), candidates })).toThrow('closed')
  })

  it('refuses a bundle that is damaged, and one that disagrees with its trainer', async () => {
    const damaged = await writeRandomBundle(join(home, 'damaged'), { config: configOf({}), state })
    writeFileSync(join(damaged, 'config.json'), '{}')
    await expect(openScoringPool(damaged, { items: texts })).rejects.toThrow(/RANKING_THREAD_FAILED|BUNDLE_DAMAGED/)
    const wrong = await writeRandomBundle(join(home, 'wrong'), { config: configOf({}), state, rows: [requestRow(1)] })
    const golden = JSON.parse(readFileSync(join(wrong, 'golden.json'), 'utf8')) as { score: number }[]
    writeFileSync(
      join(wrong, 'golden.json'),
      JSON.stringify(golden.map((one) => ({ ...one, score: one.score + 2e-5 }))),
    )
    const { content } = await readManifest(wrong, { isVerified: true })
    await writeManifest(wrong, content)
    await expect(openScoringPool(wrong, { items: texts, threads: 2 })).rejects.toThrow('RANKING_SCORES_DISAGREE')
  })
})
