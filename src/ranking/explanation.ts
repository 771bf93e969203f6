/** What an explanation says: a logit as a sum of parts. Plain data, as the server returns it. */
import type { AttributionMethod } from '../graph/index.js'
import type { RawValue } from '../features/index.js'
import type { HeadName } from '../model/index.js'

/**
 * `bias`: the model's. `wide`: a weight of one id or number. `cross`: a weight of one tuple. `deep`: what a column (or an element of a
 * list) moves in the deep part, against the baseline. `residue`: what the other parts and the baseline leave of the logit.
 */
export type PartKind = 'bias' | 'wide' | 'cross' | 'deep' | 'residue'

export interface ExplanationPart {
  readonly kind: PartKind
  /** The features of the part: one, those of a cross, or none. */
  readonly columns: readonly string[]
  /** A value for each column; null where it is missing or has no name. */
  readonly values: readonly (string | null)[]
  /** `installed=X and app=Y`; empty without columns. */
  readonly value: string
  /** In units of the logit. */
  readonly contribution: number
  /** Of wide parts and crosses: the weight; the contribution is that times what the combiner makes of it, or times the number. */
  readonly weight?: number
  /** Of wide parts and crosses: whether the model has a weight for just this; those that it has none for share one. */
  readonly isKnown?: boolean
  /**
   * Of wide parts and crosses: in how many training rows it was; null where it is not known: out-of-vocabulary, hashed, a column that shares the
   * vocabulary of another, a bundle of before.
   */
  readonly seen?: number | null
  /** The place in its list, from 0, where a list is told apart by its elements. */
  readonly element?: number
}

export interface Explanation {
  /** What is explained, as the scorer computes it. */
  readonly logit: number
  /** What items are scored by: `head` and then `calibration` make it of the logits. */
  readonly score: number
  readonly head: HeadName
  /** The calibrator behind the head; null without one. */
  readonly calibration: string | null
  /** The class whose logit is explained: the one that ranks, else the likeliest; null for a head with one logit. */
  readonly label: string | null
  readonly method: AttributionMethod
  readonly baseline: {
    /** What the deep part adds to the logit for the baseline's row. */
    readonly logit: number
    /** Raw features of that row: columns that are not named are missing. */
    readonly row: Readonly<Record<string, RawValue>>
  }
  /** `logit = baseline.logit + Σ contribution`, to rounding. */
  readonly parts: readonly ExplanationPart[]
  /** A sentence for each of the strongest parts, strongest first. */
  readonly words: readonly string[]
}
