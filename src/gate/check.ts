/** What a check of the gate is: one question about a challenger, answered with its numbers; one file in `checks/` and one line there. */
import type { ScoredRows, Segments } from '../evaluation/index.js'
import type { HeadName } from '../model/index.js'
import type { GateLimits } from './limits.js'

/** A model as the gate sees it: what it said of the rows, and what it costs. */
export interface JudgedModel {
  /** Predictions of every row, as in `ScoredRows`. */
  readonly scores: Float32Array
  /** Bytes of the files that scoring loads. */
  readonly servingBytes: number
  /** Median milliseconds of one request, both models measured in turn. */
  readonly latencyMs: number
}

export interface Judging {
  readonly head: HeadName
  /** The pointwise metric that decides, and which way it is better. */
  readonly metric: string
  readonly isHigherBetter: boolean
  /** The same rows for both models. */
  readonly rows: Omit<ScoredRows, 'scores' | 'order'>
  readonly challenger: JudgedModel
  /** `null`: nothing serves yet. */
  readonly champion: JudgedModel | null
  /** Row indices by value, for each column that slices are made by. */
  readonly slices: ReadonlyMap<string, Segments>
  readonly limits: GateLimits
}

export interface GateFinding {
  readonly outcome: 'pass' | 'fail' | 'skip'
  /** What was measured. */
  readonly found: string
  /** What it must be. */
  readonly limit: string
  /** Why, in a sentence; of a failure with the way out. */
  readonly reason: string
}

export interface GateCheck {
  readonly name: string
  readonly question: string
  run(judging: Judging): GateFinding
}

/** For checks that compare, where there is nothing to compare with. */
export const withoutChampion: GateFinding = {
  outcome: 'skip',
  found: '–',
  limit: '–',
  reason: 'there is no champion to compare with',
}
