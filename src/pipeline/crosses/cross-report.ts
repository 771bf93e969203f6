/** What became of the crosses of a bundle: from tuples seen in training to weights that are not zero. */
import type { CrossDeclaration } from '../../features/index.js'
import { declaredCrosses } from '../../features/index.js'
import type { Bundle } from '../../model/index.js'
import { tupleNames } from './tuple-names.js'

export interface NamedWeight {
  /** Values in the order of the cross's features. */
  readonly values: readonly string[]
  readonly weight: number
}

export interface CrossReport {
  readonly name: string
  readonly features: readonly string[]
  readonly isHashed: boolean
  /** Distinct tuples of the training split; `null` where the bundle does not know. */
  readonly seen: number | null
  /** Tuples below `minCount`, which share the out-of-vocabulary weight; 0 for a hashed cross. */
  readonly belowMinCount: number
  /** Tuples in a bucket with others; 0 for an exact cross. */
  readonly sharingBucket: number
  /** Weights that training could move: one for each tuple kept, or for each bucket with a tuple. */
  readonly weights: number | null
  readonly nonZero: number
  /** The rest of them: exactly 0, by FTRL's L1. */
  readonly zero: number | null
  /** Empty for hashed crosses: a bucket has no name. */
  readonly positive: readonly NamedWeight[]
  readonly negative: readonly NamedWeight[]
}

/** Tuples named on each side. */
const named = 3

/** Ids below are no tuples: never used, and out-of-vocabulary. */
const firstTuple = 2

type CrossBundle = Pick<Bundle, 'config' | 'encoder' | 'featureState' | 'readWeights'>

/** A report of every cross of a bundle, in declared order. */
export function crossReports(bundle: CrossBundle): CrossReport[] {
  return declaredCrosses(bundle.config.model).map((declaration) => reportOf(declaration, bundle))
}

function reportOf(declaration: CrossDeclaration, { encoder, featureState, readWeights }: CrossBundle): CrossReport {
  const { name, features } = declaration
  const isHashed = declaration.hashBuckets !== undefined
  const learned = featureState.crosses[name]?.json
  const count = (key: string): number | null => (typeof learned?.[key] === 'number' ? learned[key] : null)
  const kept = count('crosses')
  const belowMinCount = count('belowMinCount') ?? 0
  const weights = readWeights(`wide/${name}`).subarray(firstTuple)
  const nonZero = weights.reduce((sum, weight) => sum + (weight === 0 ? 0 : 1), 0)
  const movable = isHashed ? count('occupiedBuckets') : kept
  const strongest = (sign: 1 | -1): NamedWeight[] =>
    isHashed
      ? []
      : extremes(weights, sign).map((index) => ({
          values: tupleNames(encoder, features, encoder.crosses.get(name)?.tupleOf(firstTuple + index) ?? []),
          weight: weights[index] ?? 0,
        }))
  return {
    name,
    features,
    isHashed,
    seen: kept === null ? null : kept + belowMinCount,
    belowMinCount,
    sharingBucket: count('sharingBucket') ?? 0,
    weights: movable,
    nonZero,
    zero: movable === null ? null : movable - nonZero,
    positive: strongest(1),
    negative: strongest(-1),
  }
}

/** Indices of the weights of one sign that are farthest from 0, farthest first. */
export function extremes(weights: Float32Array, sign: 1 | -1): number[] {
  const best: number[] = []
  const strength = (index: number): number => sign * (weights[index] ?? 0)
  for (let index = 0; index < weights.length; index++) {
    if (strength(index) <= 0) continue
    if (best.length === named && strength(index) <= strength(best[named - 1] ?? 0)) continue
    const place = best.findIndex((other) => strength(other) < strength(index))
    best.splice(place < 0 ? best.length : place, 0, index)
    best.length = Math.min(best.length, named)
  }
  return best
}
