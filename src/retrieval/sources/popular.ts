/**
 * What most people chose: everyone, or those of the user's segment. The column that makes the segments and the weight of everyone in
 * them are those that predict the training split best, each positive left out once.
 */
import { topK } from '../../base/index.js'
import type { Encoder, RawRow } from '../../features/index.js'
import { allFeatures, sourceColumnOf } from '../../features/index.js'
import type { Config } from '../../features/index.js'
import type { Candidate, SourceContext, SourceKind } from '../candidate-source.js'
import type { ScoredLists } from '../index-files.js'
import { readInt32, readJson, readLists, writeArray, writeJson, writeLists } from '../index-files.js'
import type { RetrievalLog } from '../retrieval-log.js'
import type { Segmentation } from '../segmentation.js'
import { bestSegmentation, itemCounts } from '../segmentation.js'

/** Items of a segment that are kept in their own order; behind them comes everyone's. */
const listLength = 500

export const popular: SourceKind = {
  name: 'popular',
  share: 0.15,
  build(log, directory) {
    const counts = itemCounts(log)
    const segmentation = bestSegmentation(log)
    writeArray(directory, 'popular-positives.i32', counts)
    writeJson(directory, 'popular.json', { column: segmentation?.column.name ?? null })
    if (segmentation) writeLists(directory, 'popular-segments', segmentLists(log, segmentation))
  },
  open(context) {
    const everyone = everyonesOrder(context)
    const ofSegment = openSegments(context)
    return {
      name: popular.name,
      candidates: ({ item, row }, k) => (item === undefined ? ofSegment(row, everyone, k) : []),
    }
  },
}

/** Every item of the catalogue, most positives first; those without stand last. */
export function everyonesOrder({ directory, items, places }: SourceContext): readonly Candidate[] {
  const positives = new Float32Array(items.length)
  let total = 0
  for (const [position, count] of readInt32(directory, 'popular-positives.i32').entries()) {
    total += count
    const item = places[position] ?? -1
    if (item >= 0) positives[item] = count
  }
  return Array.from(topK(positives, items.length), (item) => ({ item, score: (positives[item] ?? 0) / (total || 1) }))
}

type SegmentAnswer = (row: RawRow, everyone: readonly Candidate[], k: number) => readonly Candidate[]

function openSegments({ directory, config, encoder, places }: SourceContext): SegmentAnswer {
  const { column } = readJson<{ column: string | null }>(directory, 'popular.json')
  if (column === null) return (_, everyone, k) => everyone.slice(0, k)
  const { offsets, items, scores } = readLists(directory, 'popular-segments')
  return (row, everyone, k) => {
    const id = idOf(row, column, { config, encoder })
    const own: Candidate[] = []
    for (let at = offsets[id] ?? 0; at < (offsets[id + 1] ?? 0) && own.length < k; at++) {
      const item = places[items[at] ?? 0] ?? -1
      if (item >= 0) own.push({ item, score: scores[at] ?? 0 })
    }
    if (own.length >= k) return own
    const known = new Set(own.map(({ item }) => item))
    const least = own.at(-1)?.score ?? 1
    const rest = everyone.slice(0, k).filter(({ item }) => !known.has(item))
    return [...own, ...rest.map(({ item, score }) => ({ item, score: Math.min(score, least) }))].slice(0, k)
  }
}

/** The id of a row in a column of single ids. */
function idOf(row: RawRow, column: string, { config, encoder }: { config: Config; encoder: Encoder }): number {
  const ids: number[] = []
  const value = row[column] ?? row[sourceColumnOf(column, allFeatures(config))]
  encoder.features.get(column)?.appendIds?.(value, ids, [])
  return ids[0] ?? 0
}

/** The best items of each segment: `(n_si + m·p_i) / (n_s + m)`, the items' shares drawn to everyone's. */
function segmentLists(log: RetrievalLog, { column, priorWeight, shares }: Segmentation): ScoredLists {
  const bySegment = Array.from({ length: column.idCount }, () => new Float32Array(log.itemKeys.length))
  for (const [index, id] of column.ids.entries()) {
    const counts = bySegment[id]
    const item = log.items[index] ?? 0
    if (counts) counts[item] = (counts[item] ?? 0) + 1
  }
  const offsets = new Int32Array(column.idCount + 1)
  const items: number[] = []
  const scores: number[] = []
  for (const [id, counts] of bySegment.entries()) {
    const total = counts.reduce((sum, count) => sum + count, 0)
    // A segment that nobody is in has no list of its own.
    if (total > 0) {
      const smoothed = counts.map((count, item) => (count + priorWeight * (shares[item] ?? 0)) / (total + priorWeight))
      for (const item of topK(smoothed, listLength)) {
        items.push(item)
        scores.push(smoothed[item] ?? 0)
      }
    }
    offsets[id + 1] = items.length
  }
  return { offsets, items: Int32Array.from(items), scores: Float32Array.from(scores) }
}
