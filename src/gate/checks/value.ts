/** The metric itself, on its interval: above what is asked, or surely better than saying the same of every row. */
import { bootstrapMetric } from '../../evaluation/index.js'
import type { BootstrapInterval } from '../../evaluation/index.js'
import type { HeadName } from '../../model/index.js'
import type { GateCheck, GateFinding, Judging } from '../check.js'

export const value: GateCheck = {
  name: 'value',
  question: 'Is the challenger good enough by itself?',
  run(judging) {
    return judging.limits.value === null ? againstConstant(judging) : againstLimit(judging, judging.limits.value)
  },
}

function againstLimit({ metric, isHigherBetter, rows, challenger }: Judging, least: number): GateFinding {
  const limit = `${isHigherBetter ? '≥' : '≤'} ${String(least)}`
  const interval = bootstrapMetric(metric, { ...rows, scores: challenger.scores })
  if (!interval) return undefinedMetric(metric, limit)
  const found = `${metric} ${intervalText(interval)}`
  const isReached = isHigherBetter ? interval.low >= least : interval.high <= least
  if (isReached) return { outcome: 'pass', found, limit, reason: `the whole interval of ${metric} is within the limit` }
  return { outcome: 'fail', found, limit, reason: `${found} is not surely ${limit}; train better, or lower gate.value` }
}

/** What a constant is beaten in: chance may lift the order of random scores above one half, but never their loss below a constant's. */
const losses: Readonly<Record<HeadName, string>> = {
  binary: 'logLoss',
  regression: 'rmse',
  multiclass: 'multiclassLogLoss',
  multilabel: 'multilabelLogLoss',
}

function againstConstant(judging: Judging): GateFinding {
  const { head, metric, rows, challenger } = judging
  const loss = losses[head]
  const limit = `${loss} surely below a constant's`
  const difference = bootstrapMetric(loss, { ...rows, scores: challenger.scores, baseline: constantScores(judging) })
  const own = bootstrapMetric(metric, { ...rows, scores: challenger.scores })
  if (!difference || !own) return undefinedMetric(metric, limit)
  const found = `${metric} ${intervalText(own)}; ${loss} ${difference.value.toFixed(4)} to a constant's`
  if (difference.high < 0)
    return { outcome: 'pass', found, limit, reason: 'it is surely better than saying the same of every row' }
  const reason = `it is not surely better than saying the same of every row (${found}): look at the labels and at widedeep check, or set gate.value`
  return { outcome: 'fail', found, limit, reason }
}

/** The weighted mean of the labels for every row; for classes their shares. */
function constantScores({ rows, challenger }: Judging): Float32Array {
  const { labels, width = 1, labelWidth = 1, weights } = rows
  const rowCount = labels.length / labelWidth
  const sums = new Float64Array(width)
  let total = 0
  for (let row = 0; row < rowCount; row++) {
    const weight = weights?.[row] ?? 1
    total += weight
    for (let at = 0; at < width; at++)
      sums[at] = (sums[at] ?? 0) + weight * shareOf({ labels, width, labelWidth }, row, at)
  }
  return challenger.scores.map((_, index) => (sums[index % width] ?? 0) / total)
}

/** What one row says of one output: its label, or whether that is its class. */
function shareOf(
  { labels, width, labelWidth }: { labels: Float32Array; width: number; labelWidth: number },
  row: number,
  at: number,
): number {
  return labelWidth === width ? (labels[row * width + at] ?? 0) : Number(labels[row] === at)
}

function undefinedMetric(metric: string, limit: string): GateFinding {
  const reason = `${metric} is undefined on these rows: take more rows, or rows of both classes`
  return { outcome: 'fail', found: 'undefined', limit, reason }
}

const intervalText = ({ value: own, low, high }: BootstrapInterval): string =>
  `${own.toFixed(4)} (${low.toFixed(4)} … ${high.toFixed(4)})`
