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
import { repeated } from './repeated.js'

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
  const crossedOfRequest = [...crossed].filter(isRequest)
  const encodeItems = encoder.encoderOf(isItem)
  const encodeRequest = encoder.encoderOf(isRequest)
  const encodePairs = encoder.encoderOf(isPair)
  const withPairs = (features: EncodedFeatures, values: PairValues): EncodedFeatures =>
    ofPair.size === 0 ? features : beside(features, encodePairs(pairRows(values, features.rowCount)))
  return {
    crossedFeatures: new Set([...crossed].filter(isItem)),
    requestColumns: columnsOf(config, isRequest),
    items: (rows) => withCrosses(encodeItems(rows), itemCrosses),
    request: (row) => withCrosses(encodeRequest([{ ...atServing, ...row }]), requestCrosses),
    pairs(request, items, values) {
      if (pairCrosses.length + ofPair.size === 0) return null
      return withCrosses(withPairs(joined(onlyIds(request, crossedOfRequest), items), values), pairCrosses)
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
  if (crosses.length === 0) return features
  const ids = { ...features.ids }
  for (const cross of crosses) ids[cross.declaration.name] = cross.encode(features)
  return { ...features, ids }
}

/** What crosses read of them: a cross is of ids. */
function onlyIds({ rowCount, ids: all }: EncodedFeatures, names: readonly string[]): EncodedFeatures {
  const ids: Record<string, JaggedIds> = {}
  for (const name of names) if (all[name]) ids[name] = all[name]
  return { rowCount, ids, numbers: {} }
}

/** The columns of both, row by row. */
const beside = (a: EncodedFeatures, b: EncodedFeatures): EncodedFeatures => ({
  rowCount: a.rowCount,
  ids: { ...a.ids, ...b.ids },
  numbers: { ...a.numbers, ...b.numbers },
})

/** The columns of one row beside those of each item. */
function joined(row: EncodedFeatures, { rowCount, ids, numbers }: EncodedFeatures): EncodedFeatures {
  const all = { ids: { ...ids }, numbers: { ...numbers } }
  for (const [name, column] of Object.entries(row.ids)) all.ids[name] ??= repeatIds(column, rowCount)
  for (const [name, column] of Object.entries(row.numbers)) all.numbers[name] ??= repeated(column, rowCount)
  return { rowCount, ...all }
}

function repeatIds({ ids, offsets, weights }: JaggedIds, count: number): JaggedIds {
  return {
    ids: repeated(ids, count),
    offsets: offsets && multiples(ids.length, count),
    weights: weights && repeated(weights, count),
  }
}

/** `count + 1` ends of lists of one length. */
function multiples(length: number, count: number): Int32Array {
  const ends = new Int32Array(count + 1)
  for (let row = 1; row <= count; row++) ends[row] = row * length
  return ends
}
