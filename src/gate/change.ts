/** How the challenger's metric differs from the champion's on the same rows: paired, as a share of the champion's. */
import { bootstrapMetric } from '../evaluation/index.js'
import type { BootstrapOptions } from '../evaluation/index.js'
import type { Judging, JudgedModel } from './check.js'

export interface Change {
  /** The champion's metric. */
  readonly from: number
  /** Positive is better, whichever way the metric goes; divided by the champion's metric. */
  readonly value: number
  readonly low: number
  readonly high: number
}

type Compared = Pick<Judging, 'metric' | 'isHigherBetter' | 'rows'>

const known = new WeakMap<Judging, Change | null>()

/** The change on all rows; two checks ask for it, and it is computed once. */
export function changeOf(judging: Judging, champion: JudgedModel): Change | null {
  const found = known.get(judging)
  if (found !== undefined) return found
  const change = relativeChange(judging, { challenger: judging.challenger, champion })
  known.set(judging, change)
  return change
}

/** The change on some rows with its 95 % interval; `null` where the metric is undefined on them. */
export function relativeChange(
  { metric, isHigherBetter, rows }: Compared,
  { challenger, champion }: Record<'challenger' | 'champion', Pick<JudgedModel, 'scores'>>,
  options?: BootstrapOptions,
): Change | null {
  const difference = bootstrapMetric(metric, { ...rows, scores: challenger.scores, baseline: champion.scores }, options)
  const from = bootstrapMetric(metric, { ...rows, scores: champion.scores }, { resamples: 1 })?.value
  if (difference === null || from === undefined || from === 0) return null
  const scale = (isHigherBetter ? 1 : -1) / Math.abs(from)
  const ends = [difference.low * scale, difference.high * scale].sort((a, b) => a - b)
  return { from, value: difference.value * scale, low: ends[0] ?? 0, high: ends[1] ?? 0 }
}

/** `+1.2 %` */
export const percentText = (share: number): string => `${share < 0 ? '−' : '+'}${(100 * Math.abs(share)).toFixed(2)} %`

/** `+1.2 % (+0.8 % … +1.6 %)` */
export const changeText = ({ value, low, high }: Omit<Change, 'from'>): string =>
  `${percentText(value)} (${percentText(low)} … ${percentText(high)})`
