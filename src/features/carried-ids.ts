/**
 * From ids as they are now to those of an earlier encoder, by what they stand for: a vocabulary that is learned anew has other
 * tokens in another order. A row asks "which row would the earlier model have looked up for this?", and so nothing is guessed.
 */
import type { ColumnEncoder } from './column.js'
import type { CrossEncoder } from './cross.js'
import type { Encoder } from './encoder.js'
import { missingId, oovId } from './raw-values.js'
import { TokenTable } from './token-table.js'

/** For each id of a column: the row that the earlier encoder gives the same value. */
export interface CarriedIds {
  /** −1 where the earlier encoder has no row for it. */
  readonly from: Int32Array
  /** 1 where that row is the value's own, 0 where it is one for all unknown values. */
  readonly isOwn: Uint8Array
}

/** The ids of a column or cross under an earlier encoder, or the reason in words why none is the same. */
export function carriedIds(name: string, current: Encoder, previous: Encoder): CarriedIds | string {
  const cross = current.crosses.get(name)
  if (cross) return crossIds(cross, previous.crosses.get(name), (feature) => carriedIds(feature, current, previous))
  return columnIds(current.features.get(name), previous.features.get(name))
}

function columnIds(current: ColumnEncoder | undefined, previous: ColumnEncoder | undefined): CarriedIds | string {
  if (current?.shape.kind !== 'ids' || !previous) return 'it was not there'
  if (previous.shape.kind !== 'ids') return 'it was a number'
  if (!current.tokenOf && !previous.tokenOf) return sameIds(current.shape.idCount, previous.shape.idCount, 'buckets')
  if (!current.tokenOf || !previous.tokenOf) return 'it was of another kind'
  return tokenIds(
    { count: current.shape.idCount, tokenOf: current.tokenOf },
    {
      count: previous.shape.idCount,
      tokenOf: previous.tokenOf,
    },
  )
}

interface Tokens {
  readonly count: number
  tokenOf(id: number): string | undefined
}

function tokenIds(current: Tokens, previous: Tokens): CarriedIds {
  const table = new TokenTable()
  const idAt = new Int32Array(previous.count)
  for (let id = 0; id < previous.count; id++) {
    const token = previous.tokenOf(id)
    if (token === undefined || !table.add(token)) continue
    idAt[table.count - 1] = id
  }
  // Only kinds with a row for unknown values have no token there.
  const unknown = previous.tokenOf(oovId) === undefined ? oovId : -1
  return idsOf(current.count, (id) => {
    const token = current.tokenOf(id)
    if (token === undefined) return { from: id === missingId ? missingId : unknown, isOwn: true }
    const at = table.find(token)
    return at < 0 ? { from: unknown, isOwn: false } : { from: idAt[at] ?? unknown, isOwn: true }
  })
}

function crossIds(
  current: CrossEncoder,
  previous: CrossEncoder | undefined,
  parent: (feature: string) => CarriedIds | string,
): CarriedIds | string {
  const { features, hashBuckets } = current.declaration
  if (current.shape.kind !== 'ids' || previous?.shape.kind !== 'ids') return 'it was not there'
  if (features.join('\n') !== previous.declaration.features.join('\n')) return 'it was of other features'
  const parents: CarriedIds[] = []
  for (const feature of features) {
    const ids = parent(feature)
    if (typeof ids === 'string') return `of its feature ${feature}: ${ids}`
    parents.push(ids)
  }
  if (hashBuckets === undefined && previous.declaration.hashBuckets === undefined)
    return tupleIds(current, previous, parents)
  // The bucket of a tuple is a hash of its ids.
  const moved = features[parents.findIndex(hasMoved)]
  if (moved !== undefined) return `its buckets follow the ids of ${moved}, which have moved`
  return sameIds(current.shape.idCount, previous.shape.idCount, 'buckets')
}

function tupleIds(current: CrossEncoder, previous: CrossEncoder, parents: readonly CarriedIds[]): CarriedIds {
  const count = current.shape.kind === 'ids' ? current.shape.idCount : 0
  const before = new Int32Array(parents.length)
  return idsOf(count, (id) => {
    const tuple = current.tupleOf(id)
    if (!tuple) return { from: id, isOwn: true }
    let isOwn = true
    for (const [side, { from, isOwn: owns }] of parents.entries()) {
      const at = tuple[side] ?? 0
      before[side] = from[at] ?? -1
      if (owns[at] !== 1) isOwn = false
    }
    const known = previous.idOf(before, 0)
    return { from: known, isOwn: isOwn && known !== oovId }
  })
}

/** Whether an id that both encoders have stands for something else now. */
function hasMoved({ from, isOwn }: CarriedIds): boolean {
  return from.some((before, id) => isOwn[id] === 1 && before !== id)
}

function sameIds(count: number, before: number, what: string): CarriedIds | string {
  return count === before
    ? idsOf(count, (id) => ({ from: id, isOwn: true }))
    : `it had ${String(before)} ${what}, now ${String(count)}`
}

function idsOf(count: number, place: (id: number) => { from: number; isOwn: boolean }): CarriedIds {
  const from = new Int32Array(count)
  const isOwn = new Uint8Array(count)
  for (let id = 0; id < count; id++) {
    const { from: before, isOwn: own } = place(id)
    from[id] = before
    isOwn[id] = own && before >= 0 ? 1 : 0
  }
  return { from, isOwn }
}
