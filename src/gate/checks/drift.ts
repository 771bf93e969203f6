/** How far the distribution of scores moved: what stands behind a model (thresholds, budgets, auctions) sees that first. */
import { withoutChampion } from '../check.js'
import type { GateCheck } from '../check.js'

const binCount = 10
/** Share given to an empty bin, so that its logarithm is finite. */
const leastShare = 1e-4
/** Fewer rows say little of ten bins. */
const leastRows = 1000

export const drift: GateCheck = {
  name: 'drift of scores',
  question: 'Are the scores distributed as before?',
  run({ challenger, champion, rows, limits }) {
    if (!champion) return withoutChampion
    const limit = `stability index ≤ ${String(limits.drift)}`
    const isOne = (rows.width ?? 1) === 1
    if (!isOne || challenger.scores.length < leastRows) {
      const reason = isOne ? `there are fewer than ${String(leastRows)} rows` : 'a row has several scores'
      return { outcome: 'skip', found: '–', limit, reason }
    }
    const index = stabilityIndex(champion.scores, challenger.scores)
    const found = index.toFixed(3)
    if (index <= limits.drift) return { outcome: 'pass', found, limit, reason: 'the scores are distributed as before' }
    const reason = `the scores moved (stability index ${found}): see that nothing behind the model depends on their level, then raise gate.drift`
    return { outcome: 'fail', found, limit, reason }
  },
}

/** Population stability index, `Σ (q − p)·ln(q / p)`, over bins with a tenth of the champion's scores each. */
function stabilityIndex(before: Float32Array, after: Float32Array): number {
  const sorted = before.slice().sort()
  const edges = Array.from(
    { length: binCount - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / binCount)] ?? 0,
  )
  const shares = (scores: Float32Array): number[] => {
    const counts = new Array<number>(binCount).fill(0)
    for (const score of scores) {
      const above = edges.findIndex((edge) => score < edge)
      const bin = above < 0 ? binCount - 1 : above
      counts[bin] = (counts[bin] ?? 0) + 1
    }
    return counts.map((count) => Math.max(leastShare, count / scores.length))
  }
  const [p, q] = [shares(before), shares(after)]
  return q.reduce((sum, share, bin) => sum + (share - (p[bin] ?? 0)) * Math.log(share / (p[bin] ?? 1)), 0)
}
