/** Encodes what is ranked: items once, a request once, and for each candidate only what belongs to both. */
import type { Config, EncodedFeatures, Encoder, JaggedIds, RawRow } from '../features/index.js'
import {
  allFeatures,
  constantsAtServing,
  featureGroups,
  pairFeatures,
  sourceColumnOf,
  weightsColumnOf,
} from '../features/index.js'
import type { PairValues } from './pair-values.js'
import { pairRows } from './pair-values.js'

export interface CandidateEncoder {
  /** The item features that crosses with the request read. */
  readonly crossedFeatures: ReadonlySet<string>
  /** What is read of a request's row: its features, by their own names and by those of the columns that they come from. */
  readonly requestColumns: readonly string[]
  /** Features and crosses of items, one row each. */
  items(rows: readonly RawRow[]): EncodedFeatures
  /** Features and crosses of the user and the context, one row. */
  request(row: RawRow): EncodedFeatures
  /** Features and crosses of a request with some items, one row each; `null` when there are none. */
  pairs(request: EncodedFeatures, items: EncodedFeatures, values: PairValues): EncodedFeatures | null
  /** Everything of a request beside some items. */
  whole(request: EncodedFeatures, items: EncodedFeatures, values: PairValues): EncodedFeatures
}

type Cross = Encoder['crosses'] extends ReadonlyMap<string, infer C> ? C : never

/** Compiles the columns of a model by where they come from; all but the group `item` come with the request. */
export function createCandidateEncoder(config: Pick<Config, 'data' | 'features'>, encoder: Encoder): CandidateEncoder {
  const ofItem = new Set(Object.keys(featureGroups(config).item ?? {}))
  const ofPair = pairFeatures(config)
  const isPair = (name: string): boolean => ofPair.has(name)
  const isItem = (name: string): boolean => ofItem.has(name) && !isPair(name)
  const isRequest = (name: string): boolean => !ofItem.has(name) && !isPair(name)
  const crosses = [...encoder.crosses.values()]
  const own = (of: (name: string) => boolean): Cross[] =>
    crosses.filter(({ declaration }) => declaration.features.every(of))
  const [itemCrosses, requestCrosses] = [own(isItem), own(isRequest)]
  const pairCrosses = crosses.filter((cross) => !itemCrosses.includes(cross) && !requestCrosses.includes(cross))
  const crossed = new Set(pairCrosses.flatMap(({ declaration }) => declaration.features))
  const atServing = constantsAtServing(config)
  const withPairs = (features: EncodedFeatures, values: PairValues): EncodedFeatures =>
    ofPair.size === 0 ? features : beside(features, encoder.encodeFeatures(pairRows(values, features.rowCount), isPair))
  return {
    crossedFeatures: new Set([...crossed].filter(isItem)),
    requestColumns: columnsOf(config, isRequest),
    items: (rows) => withCrosses(encoder.encodeFeatures(rows, isItem), itemCrosses),
    request: (row) => withCrosses(encoder.encodeFeatures([{ ...atServing, ...row }], isRequest), requestCrosses),
    pairs(request, items, values) {
      if (pairCrosses.length + ofPair.size === 0) return null
      const crossedRequest = only(request, (name) => crossed.has(name))
      return withCrosses(withPairs(joined(crossedRequest, items), values), pairCrosses)
    },
    whole: (request, items, values) => encoder.withCrosses(withPairs(joined(request, items), values)),
  }
}

function columnsOf(config: Pick<Config, 'features'>, isOwn: (name: string) => boolean): string[] {
  const features = allFeatures(config)
  const own = Object.keys(features).filter(isOwn)
  return [
    ...new Set(own.flatMap((name) => [name, sourceColumnOf(name, features), weightsColumnOf(name, features) ?? name])),
  ]
}

function withCrosses(features: EncodedFeatures, crosses: readonly Cross[]): EncodedFeatures {
  const own = crosses.map((cross) => [cross.declaration.name, cross.encode(features)] as const)
  return { ...features, ids: { ...features.ids, ...Object.fromEntries(own) } }
}

function only({ rowCount, ids, numbers }: EncodedFeatures, wanted: (name: string) => boolean): EncodedFeatures {
  const pick = <T>(columns: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(columns).filter(([name]) => wanted(name)))
  return { rowCount, ids: pick(ids), numbers: pick(numbers) }
}

/** The columns of both, row by row. */
const beside = (a: EncodedFeatures, b: EncodedFeatures): EncodedFeatures => ({
  rowCount: a.rowCount,
  ids: { ...a.ids, ...b.ids },
  numbers: { ...a.numbers, ...b.numbers },
})

/** The columns of one row beside those of each item. */
function joined(row: EncodedFeatures, { rowCount, ids, numbers }: EncodedFeatures): EncodedFeatures {
  const repeat = <T>(columns: Readonly<Record<string, T>>, repeated: (column: T) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, repeated(column)]))
  return {
    rowCount,
    ids: { ...repeat(row.ids, (column) => repeatIds(column, rowCount)), ...ids },
    numbers: { ...repeat(row.numbers, (column) => repeatNumbers(column, rowCount)), ...numbers },
  }
}

function repeatIds({ ids, offsets, weights }: JaggedIds, count: number): JaggedIds {
  const length = ids.length
  const repeated = new Int32Array(length * count)
  for (let i = 0; i < count; i++) repeated.set(ids, i * length)
  return {
    ids: repeated,
    offsets: offsets ? Int32Array.from({ length: count + 1 }, (_, index) => index * length) : null,
    weights: weights ? repeatNumbers(weights, count) : null,
  }
}

function repeatNumbers(values: Float32Array, count: number): Float32Array {
  const repeated = new Float32Array(values.length * count)
  for (let i = 0; i < count; i++) repeated.set(values, i * values.length)
  return repeated
}
