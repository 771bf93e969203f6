/**
 * Crosses of any arity (paper §3.1): the conjunction of the ids of two or more features, from an exact vocabulary of the tuples seen in
 * training, or hashed. Multi-valued by cartesian product. 1 is out-of-vocabulary, tuples begin at 2; 0 is never used.
 */
import type { ColumnState } from './column.js'
import type { EncodedFeatures, EncodedShape, JaggedIds } from './encoded-batch.js'
import type { CrossDeclaration } from './feature-spec.js'
import type { DensePairs } from './kernels/pairs.js'
import { crossPairs, densePairs } from './kernels/pairs.js'
import { firstTokenId, oovId } from './raw-values.js'
import { SeenCounts } from './seen-counts.js'
import { TupleTable, hashTuple } from './tuple-table.js'

/** Distinct tuples with their counts, most frequent first. */
export interface TupleStatistics {
  readonly chunks: AsyncIterable<{ readonly tuples: Int32Array; readonly counts: ArrayLike<number> }>
}

export interface CrossEncoder {
  readonly declaration: CrossDeclaration
  readonly shape: EncodedShape
  /** The id of the tuple at `tuples[at] …`. */
  idOf(tuples: Int32Array, at: number): number
  /** The ids of the tuple behind an id; `undefined` for out-of-vocabulary and hashed ones. */
  tupleOf(id: number): Int32Array | undefined
  /** How often training saw the tuple behind an id; `undefined` where that is not known. */
  seenOf(id: number): number | undefined
  /** Crosses the encoded features of some rows. */
  encode(features: EncodedFeatures): JaggedIds
}

/** Cells of a matrix of pairs at most: 64 MiB. */
const mostDenseCells = 2 ** 24

/** Whether the encoder of a cross needs what was learned: those of hashed ones do not. */
export const crossLearns = (declaration: CrossDeclaration): boolean => declaration.hashBuckets === undefined

/** Keeps the tuples seen at least `minCount` times; of a hashed cross counts how they fall into the buckets. */
export async function learnCross(declaration: CrossDeclaration, statistics: TupleStatistics): Promise<ColumnState> {
  const { features, minCount, hashBuckets } = declaration
  const arity = features.length
  if (hashBuckets !== undefined) return countBuckets(statistics, arity, hashBuckets)
  const kept: Int32Array[] = []
  const seen = new SeenCounts()
  let known = 0
  let belowMinCount = 0
  for await (const chunk of statistics.chunks) {
    const total = chunk.tuples.length / arity
    let count = 0
    while (count < total && (chunk.counts[count] ?? 0) >= minCount) seen.set(known++, chunk.counts[count++] ?? 0)
    kept.push(chunk.tuples.slice(0, count * arity))
    belowMinCount += total - count
  }
  return crossState({ kept, arity, belowMinCount, seen })
}

/** Learns on from the tuples of all days: those that have an id keep it, and the others that are frequent enough now come behind. */
export async function growCross(
  declaration: CrossDeclaration,
  statistics: TupleStatistics,
  previous: ColumnState,
): Promise<ColumnState> {
  const { features, minCount } = declaration
  if (!crossLearns(declaration)) return learnCross(declaration, statistics)
  const arity = features.length
  const known = new TupleTable(tuplesOf(previous), arity)
  const kept = [known.tuples]
  const seen = new SeenCounts()
  let count = known.count
  let belowMinCount = 0
  for await (const { tuples, counts } of statistics.chunks) {
    for (let at = 0; at < tuples.length; at += arity) {
      const place = known.find(tuples, at)
      const own = counts[at / arity] ?? 0
      if (place >= 0) seen.set(place, own)
      else if (own >= minCount) {
        kept.push(tuples.slice(at, at + arity))
        seen.set(count++, own)
      } else belowMinCount++
    }
  }
  return crossState({ kept, arity, belowMinCount, seen })
}

const tuplesOf = ({ arrays }: ColumnState): Int32Array =>
  (arrays['tuples'] as Int32Array | undefined) ?? new Int32Array(0)

interface LearnedTuples {
  /** Tuples in the order of their ids, in parts. */
  readonly kept: readonly Int32Array[]
  readonly arity: number
  readonly belowMinCount: number
  readonly seen: SeenCounts
}

function crossState({ kept, arity, belowMinCount, seen }: LearnedTuples): ColumnState {
  const tuples = new Int32Array(kept.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of kept) {
    tuples.set(part, at)
    at += part.length
  }
  const crosses = tuples.length / arity
  return { json: { crosses, belowMinCount }, arrays: { tuples, counts: seen.array(crosses) } }
}

async function countBuckets({ chunks }: TupleStatistics, arity: number, hashBuckets: number): Promise<ColumnState> {
  // 1 for one tuple, 2 for several.
  const buckets = new Uint8Array(hashBuckets)
  let tuples = 0
  let alone = 0
  let occupied = 0
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.tuples.length; at += arity) {
      const bucket = bucketOf(chunk.tuples, at, { arity, hashBuckets })
      const before = buckets[bucket] ?? 0
      tuples++
      if (before === 0) occupied++
      alone += before === 0 ? 1 : before === 1 ? -1 : 0
      buckets[bucket] = Math.min(2, before + 1)
    }
  }
  return { json: { crosses: tuples, occupiedBuckets: occupied, sharingBucket: tuples - alone }, arrays: {} }
}

const bucketOf = (
  tuples: Int32Array,
  at: number,
  { arity, hashBuckets }: { arity: number; hashBuckets: number },
): number => (hashTuple(tuples, at, arity) >>> 0) % hashBuckets

/** Compiles a cross; `isMultivalent` when any of its features is. */
export function compileCross(declaration: CrossDeclaration, state: ColumnState, isMultivalent: boolean): CrossEncoder {
  const arity = declaration.features.length
  const { hashBuckets } = declaration
  const table = new TupleTable(tuplesOf(state), arity)
  const idOf =
    hashBuckets === undefined
      ? (tuples: Int32Array, at: number): number => {
          const index = table.find(tuples, at)
          return index < 0 ? oovId : firstTokenId + index
        }
      : (tuples: Int32Array, at: number): number => firstTokenId + bucketOf(tuples, at, { arity, hashBuckets })
  const idCount = firstTokenId + (hashBuckets ?? table.count)
  // A list crossed with a column is looked up for every pair of every candidate: there a matrix beats hashing by far.
  const dense =
    isMultivalent && arity === 2 && hashBuckets === undefined
      ? densePairs(table.tuples, { firstId: firstTokenId, absent: oovId, mostCells: mostDenseCells })
      : null
  return {
    declaration,
    shape: { kind: 'ids', idCount, isMultivalent, combiner: 'sum' },
    idOf,
    tupleOf: (id) => {
      const index = id - firstTokenId
      return hashBuckets !== undefined || index < 0 || index >= table.count
        ? undefined
        : table.tuples.subarray(index * arity, (index + 1) * arity)
    },
    seenOf: (id) => (state.arrays['counts'] as Int32Array | undefined)?.[id - firstTokenId],
    encode: (features) => (isMultivalent ? encodeLists : encodeSingles)({ declaration, idOf, features, dense }),
  }
}

interface Encoding {
  readonly declaration: CrossDeclaration
  readonly features: EncodedFeatures
  readonly dense: DensePairs | null
  idOf(tuples: Int32Array, at: number): number
}

function parents({ declaration, features }: Encoding): JaggedIds[] {
  return declaration.features.map((name) => {
    const jagged = features.ids[name]
    if (!jagged) throw new Error(`internal: cross ${declaration.name} needs the ids of ${name}`)
    return jagged
  })
}

function encodeSingles(encoding: Encoding): JaggedIds {
  const { rowCount } = encoding.features
  const sides = parents(encoding)
  const tuple = new Int32Array(sides.length)
  const ids = new Int32Array(rowCount)
  for (let row = 0; row < rowCount; row++) {
    for (let side = 0; side < sides.length; side++) tuple[side] = sides[side]?.ids[row] ?? 0
    ids[row] = encoding.idOf(tuple, 0)
  }
  return { ids, offsets: null, weights: null }
}

function encodeLists(encoding: Encoding): JaggedIds {
  const { rowCount } = encoding.features
  const sides = parents(encoding)
  const offsets = new Int32Array(rowCount + 1)
  for (let row = 0; row < rowCount; row++) {
    let product = 1
    for (const { offsets: own } of sides) product *= own ? (own[row + 1] ?? 0) - (own[row] ?? 0) : 1
    offsets[row + 1] = (offsets[row] ?? 0) + product
  }
  const [left, right] = sides
  if (encoding.dense && left && right)
    return { ids: crossPairs([left, right], offsets, encoding.dense), offsets, weights: null }
  const ids = new Int32Array(offsets[rowCount] ?? 0)
  const tuple = new Int32Array(sides.length)
  for (let row = 0; row < rowCount; row++) {
    const first = offsets[row] ?? 0
    const count = (offsets[row + 1] ?? 0) - first
    for (let index = 0; index < count; index++) {
      // The last feature turns fastest, like the digits of a number.
      let rest = index
      for (let side = sides.length - 1; side >= 0; side--) {
        const { ids: own, offsets: ends } = sides[side] ?? { ids: tuple, offsets: null }
        const start = ends ? (ends[row] ?? 0) : row
        const length = ends ? (ends[row + 1] ?? 0) - start : 1
        tuple[side] = own[start + (rest % length)] ?? 0
        rest = Math.floor(rest / length)
      }
      ids[first + index] = encoding.idOf(tuple, 0)
    }
  }
  return { ids, offsets, weights: null }
}
