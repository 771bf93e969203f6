/** The log that indexes are built from: the positives of the training split, and what their users chose before. */
import type { CatalogueUser, PositiveRows, PreparedData } from '../../data/index.js'
import { readCatalogue } from '../../data/index.js'
import type { Config, EncodedBatch, RawRow } from '../../features/index.js'
import { allFeatures, featureGroups, sourceColumnOf } from '../../features/index.js'
import type { Histories, RetrievalLog, SegmentColumn } from '../../retrieval/index.js'

/** More values than this make no segments: nobody reads so many lists, and few people are in each. */
const mostSegments = 50
/** Positives that indexes are built from: the newest, so that a long log costs no more memory than this. */
const mostPositives = 2_000_000

export interface TrainingLog {
  readonly log: RetrievalLog
  /** Whose history each positive belongs to. */
  readonly users: Int32Array
  /** The rows of the log's positives, as encoded. */
  readonly rows: EncodedBatch
  /** Features of the catalogue's items. */
  readonly items: readonly RawRow[]
}

/** Reads the training split of prepared data; nothing of a later split is looked at. */
export async function readTrainingLog(config: Config, data: PreparedData): Promise<TrainingLog> {
  const train = data.split('train')
  const { items, users } = await readCatalogue(data.directory)
  const itemKeys = items.map(({ key }) => key)
  const itemIndex = new Map(itemKeys.map((key, index) => [key, index]))
  const positives = newest(await train.positives(), mostPositives)
  const first = await train.firstMoments()
  const rows = await train.readRows(positives.places)
  const inOrder = byTime(positives)
  const codes = Int32Array.from(positives.itemKeys, (key) => itemIndex.get(key) ?? -1)
  const itemOf = (row: number): number => codes[positives.items[row] ?? 0] ?? -1
  const userIndex = new Map(users.map(({ key }, index) => [key, index]))
  const userCodes = positives.userKeys.map((key) => userIndex.get(key) ?? -1)
  return {
    rows,
    users: positives.users.map((code) => userCodes[code] ?? -1),
    items: items.map(({ features }) => features),
    log: {
      itemKeys,
      firstSeenMs: Float64Array.from(itemKeys, (key) => first.get(key) ?? Number.NaN),
      items: Int32Array.from(positives.places, (_, row) => itemOf(row)),
      histories: historiesOf(config, { users, itemIndex, positives, inOrder, itemOf }),
      segments: segmentColumns(config, data, rows),
    },
  }
}

/** The last positives in time, in the order of the split. */
function newest(positives: PositiveRows, most: number): PositiveRows {
  if (positives.places.length <= most) return positives
  const kept = byTime(positives).subarray(-most).sort()
  const { users, items, timesMs, places } = positives
  return {
    ...positives,
    users: Int32Array.from(kept, (row) => users[row] ?? 0),
    items: Int32Array.from(kept, (row) => items[row] ?? 0),
    timesMs: Float64Array.from(kept, (row) => timesMs[row] ?? Number.NaN),
    places: Uint32Array.from(kept, (row) => places[row] ?? 0),
  }
}

/** Rows, oldest first; those of one moment, or without any, in the order of the split. */
export const byTime = ({ timesMs }: PositiveRows): Uint32Array =>
  Uint32Array.from(timesMs.keys()).sort((a, b) => (timesMs[a] ?? 0) - (timesMs[b] ?? 0) || a - b)

interface Acts {
  readonly users: readonly CatalogueUser[]
  readonly itemIndex: ReadonlyMap<string, number>
  readonly positives: PositiveRows
  readonly inOrder: Uint32Array
  itemOf(row: number): number
}

/** What each user chose, oldest first: what a declared history remembers of other logs, then the positives. */
function historiesOf(config: Config, { users, itemIndex, positives, inOrder, itemOf }: Acts): Histories {
  const byUser = new Map(
    users.map(({ key, features }) => [
      key,
      new Set(rememberedItems(config, features).flatMap((item) => itemIndex.get(item) ?? [])),
    ]),
  )
  for (const row of inOrder) {
    const own = byUser.get(positives.userKeys[positives.users[row] ?? 0] ?? '')
    const item = itemOf(row)
    // An item chosen again stands where it was chosen last.
    own?.delete(item)
    own?.add(item)
  }
  const lists = [...byUser.values()]
  const offsets = new Int32Array(lists.length + 1)
  for (const [user, { size }] of lists.entries()) offsets[user + 1] = (offsets[user] ?? 0) + size
  const items = new Int32Array(offsets.at(-1) ?? 0)
  for (const [user, list] of lists.entries()) items.set([...list], offsets[user])
  return { offsets, items }
}

/** Keys of items in the histories that a config declares of them, as the user's features have them, newest last. */
export function rememberedItems(config: Config, features: RawRow): string[] {
  const declared = allFeatures(config)
  const names = Object.entries(config.data.history ?? {}).flatMap(([name, { of }]) =>
    of === config.data.item ? name : [],
  )
  const feature = Object.keys(features).find((name) => names.includes(sourceColumnOf(name, declared)))
  const value = feature === undefined ? null : features[feature]
  return Array.isArray(value) ? value.map(String) : []
}

/** Columns of the user with one of few ids. */
function segmentColumns(config: Config, { columns }: PreparedData, rows: EncodedBatch): SegmentColumn[] {
  const names = Object.keys(featureGroups(config).user ?? {})
  return columns.flatMap(({ name, shape }) => {
    const isSegment = shape.kind === 'ids' && !shape.isMultivalent && shape.idCount <= mostSegments
    const ids = isSegment && names.includes(name) ? rows.ids[name]?.ids : undefined
    return ids && shape.kind === 'ids' ? [{ name, idCount: shape.idCount, ids }] : []
  })
}

/** The items of one user; none of an unknown one. */
export const historyOf = ({ offsets, items }: Histories, user: number): Int32Array =>
  items.subarray(offsets[user] ?? 0, offsets[user + 1] ?? 0)
