/** The greedy search: rank all pairs by what they surely gain, accept the best, fold it into the logits, rank again. */
import { normalQuantile } from '../../evaluation/index.js'
import type { CrossColumn, CrossRows } from './cross-rows.js'
import type { Estimate, Fold } from './folds.js'
import { createFolds, estimates } from './folds.js'
import type { GainOptions, PairGain } from './gain.js'
import { pairGain } from './gain.js'
import type { PairTuples } from './kernels/pair-tuples.js'
import { pairTuples } from './kernels/pair-tuples.js'
import { takeMainEffects } from './main-effects.js'
import { refine } from './refine.js'
import type { TupleEffect } from './tuple-effects.js'
import { strongestTuples } from './tuple-effects.js'

export type Pair = readonly [CrossColumn, CrossColumn]

export interface SearchOptions {
  /** Most crosses accepted. */
  readonly top: number
  /** Rows that a tuple needs in a fit to get a weight. Default 10. */
  readonly minCount?: number
  /** Default 5. */
  readonly folds?: number
  /** Probability that no pair without an effect is proposed. Default 0.95. */
  readonly level?: number
  readonly seed?: number
  onRound?(accepted: number): void
}

/** A pair with its gain over the model and the crosses accepted before it. */
export interface RankedCross {
  readonly pair: Pair
  /** What its weights were estimated on: whatever gains more. */
  readonly estimate: Estimate
  readonly gain: number
  /** Half of the interval's width, simultaneous over all pairs. */
  readonly margin: number
  readonly tuples: number
  readonly coverage: number
}

export interface AcceptedCross extends RankedCross {
  readonly strongest: readonly TupleEffect[]
}

export interface SearchResult {
  readonly accepted: readonly AcceptedCross[]
  /** Of the pairs that were not accepted, the one whose gain is most of its margin; `null` where none gains. */
  readonly next: RankedCross | null
  /** Log loss of the held-out rows as the model says. */
  readonly lossOfModel: number
  /** With what single columns gain alone, without and with the accepted crosses. */
  readonly lossBefore: number
  readonly lossAfter: number
}

/** Standard errors on each side of a gain, so that the intervals of all `tries` hold at once (Bonferroni). */
export const marginFactor = (tries: number, level: number): number =>
  normalQuantile(1 - (1 - level) / (2 * Math.max(1, tries)))

/** Searches the pairs for crosses with a gain that is surely above 0. */
export function searchCrosses(rows: CrossRows, pairs: readonly Pair[], options: SearchOptions): SearchResult {
  const { top, minCount = 10, folds: count = 5, level = 0.95, seed = 1 } = options
  const folds = createFolds(rows, { count, seed })
  const context: GainOptions = { rows, folds, minCount, gains: new Float64Array(rows.rowCount) }
  const tried = rows.firstHeldOut > 0 ? estimates : (['heldOut'] as const)
  const factor = marginFactor(pairs.length * tried.length, level)
  const ranking: Ranking = { context, factor, tried, tuplesOf: tupleCache(rows, pairs.length) }
  const accepted: AcceptedCross[] = []
  const lossOfModel = heldOutLoss(rows, folds)
  takeMainEffects(rows.columns, tried, context)
  const lossBefore = heldOutLoss(rows, folds)
  for (let open = [...pairs]; ;) {
    const ranked = rankPairs(open, ranking)
    const best = ranked[0] ?? null
    if (!best || best.gain <= best.margin || accepted.length >= top)
      return { accepted, next: nearest(ranked), lossOfModel, lossBefore, lossAfter: heldOutLoss(rows, folds) }
    accepted.push(accept(best, ranking))
    options.onRound?.(accepted.length)
    // A pair that gains nothing is left out of the later rounds: accepting another cross takes away more than it uncovers.
    open = ranked.slice(1).flatMap(({ pair, gain }) => (gain > 0 ? [pair] : []))
  }
}

type TuplesOf = (pair: Pair) => PairTuples

interface Ranking {
  readonly context: GainOptions
  readonly factor: number
  readonly tuplesOf: TuplesOf
  readonly tried: readonly Estimate[]
}

function nearest(ranked: readonly RankedCross[]): RankedCross | null {
  const gaining = ranked.filter(({ gain }) => gain > 0)
  return gaining.sort((a, b) => b.gain / b.margin - a.gain / a.margin)[0] ?? null
}

const surely = ({ gain, margin }: RankedCross): number => gain - margin

/** Pairs by the lower end of their interval, highest first, each by its better estimate. */
function rankPairs(pairs: readonly Pair[], { context, factor, tuplesOf, tried }: Ranking): RankedCross[] {
  const ranked = pairs.map((pair) => {
    const byEstimate = tried.map((estimate): RankedCross => {
      const { gain, standardError, coverage, weights } = pairGain(tuplesOf(pair), estimate, context)
      return { pair, estimate, gain, margin: factor * standardError, coverage, tuples: weightedTuples(weights) }
    })
    return byEstimate.reduce((best, one) => (surely(one) > surely(best) ? one : best))
  })
  return ranked.sort((a, b) => surely(b) - surely(a))
}

/** Tuples that got a weight in some fold. */
function weightedTuples(weights: PairGain['weights']): number {
  let count = 0
  for (let tuple = 0; tuple < (weights[0]?.length ?? 0); tuple++)
    if (weights.some((own) => !Number.isNaN(own[tuple]))) count++
  return count
}

/** Adds a pair's weights to the logits, and says what they gain together and by which tuples. */
function accept(best: RankedCross, { context, factor, tuplesOf }: Ranking): AcceptedCross {
  const tuples = tuplesOf(best.pair)
  const { gain, standardError, weights, gains } = refine(tuples, best.estimate, context)
  return {
    ...best,
    gain,
    margin: factor * standardError,
    strongest: strongestTuples(tuples, weights, { ...context, gains }),
  }
}

/** Entries of all pairs that are kept between rounds: 256 MiB. */
const cachedEntries = 2 ** 26

function tupleCache({ rowCount }: CrossRows, pairCount: number): TuplesOf {
  const known = new Map<Pair, PairTuples>()
  const isKept = rowCount * pairCount <= cachedEntries
  return (pair) => {
    const tuples = known.get(pair) ?? pairTuples(...pair, rowCount)
    if (isKept) known.set(pair, tuples)
    return tuples
  }
}

/** Mean log loss of the held-out rows at the logits of their folds. */
function heldOutLoss({ labels, weights }: CrossRows, folds: readonly Fold[]): number {
  let sum = 0
  let total = 0
  for (const { measured, state } of folds) {
    for (const row of measured) {
      const z = state.logits[row] ?? 0
      const weight = weights[row] ?? 0
      sum += weight * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - (labels[row] ?? 0) * z)
      total += weight
    }
  }
  return sum / total
}
