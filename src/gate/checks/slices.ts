/**
 * No slice of enough rows may be surely worse by more than the limit, however good the whole. Many slices are looked at, so each
 * interval is as wide as makes all of them hold together (Bonferroni); a slice that the rows cannot decide passes.
 */
import { normalQuantile } from '../../evaluation/index.js'
import { changeText, percentText, relativeChange } from '../change.js'
import type { Change } from '../change.js'
import { withoutChampion } from '../check.js'
import type { GateCheck, JudgedModel, Judging } from '../check.js'

interface Slice {
  readonly name: string
  readonly rows: number
  readonly change: Change
}

export const slices: GateCheck = {
  name: 'slices',
  question: 'Is no slice surely worse?',
  run(judging) {
    const { champion, limits } = judging
    if (!champion) return withoutChampion
    const { judged, small } = judgeSlices(judging, champion)
    const limit = `each of ≥ ${String(limits.sliceRows)} rows reaches ≥ ${percentText(limits.sliceChange)}`
    const others = small > 0 ? `; ${String(small)} too small or of one class` : ''
    const found = `${String(judged.length)} judged${others}`
    if (judged.length === 0) return { outcome: 'skip', found, limit, reason: 'no slice has enough rows' }
    const worse = judged.filter(({ change }) => change.high < limits.sliceChange)
    if (worse.length === 0)
      return { outcome: 'pass', found, limit, reason: 'no slice is surely worse beyond the limit' }
    return { outcome: 'fail', found, limit, reason: sentence(worse) }
  },
}

function sentence(worse: readonly Slice[]): string {
  const shown = [...worse].sort((a, b) => a.change.high - b.change.high).slice(0, 3)
  const named = shown.map(({ name, rows, change }) => `${name} (${String(rows)} rows) ${changeText(change)}`)
  return `${String(worse.length)} slice(s) got surely worse: ${named.join('; ')}`
}

/** Resamples: of them the deviation alone is taken, which needs fewer than the ends of an interval. */
const resamples = 100
const normal95 = normalQuantile(0.975)

function judgeSlices(judging: Judging, champion: JudgedModel): { judged: Slice[]; small: number } {
  const all = [...judging.slices].flatMap(([column, segments]) =>
    [...segments].map(([value, rows]) => ({ name: `${column}=${value}`, rows })),
  )
  const large = all.filter(({ rows }) => rows.length >= judging.limits.sliceRows)
  const judged = large.flatMap(({ name, rows }): Slice[] => {
    const { challenger, ...part } = partOf(judging, champion, rows)
    const change = relativeChange(
      { ...judging, rows: part.rows },
      { challenger, champion: part.champion },
      { resamples },
    )
    return change ? [{ name, rows: rows.length, change: widened(change, large.length) }] : []
  })
  return { judged, small: all.length - judged.length }
}

/** The interval that holds with 95 % for all of `count` slices together. */
function widened(change: Change, count: number): Change {
  const deviation = (change.high - change.low) / (2 * normal95)
  const reach = deviation * normalQuantile(1 - 0.025 / count)
  return { ...change, low: change.value - reach, high: change.value + reach }
}

interface Part {
  readonly rows: Judging['rows']
  readonly challenger: Pick<JudgedModel, 'scores'>
  readonly champion: Pick<JudgedModel, 'scores'>
}

function partOf({ rows, challenger }: Judging, champion: JudgedModel, indices: ArrayLike<number>): Part {
  const { width = 1, labelWidth = 1 } = rows
  const pick = (values: Float32Array, size: number): Float32Array =>
    Float32Array.from({ length: indices.length * size }, (_, i) => {
      const row = indices[Math.floor(i / size)] ?? 0
      return values[row * size + (i % size)] ?? 0
    })
  const { weights, groups } = rows
  const own: Judging['rows'] = {
    labels: pick(rows.labels, labelWidth),
    width,
    labelWidth,
    ...(weights ? { weights: pick(weights, 1) } : {}),
    ...(groups ? { groups: Int32Array.from({ length: indices.length }, (_, i) => groups[indices[i] ?? 0] ?? 0) } : {}),
  }
  return {
    rows: own,
    challenger: { scores: pick(challenger.scores, width) },
    champion: { scores: pick(champion.scores, width) },
  }
}
