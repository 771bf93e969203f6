/** Scores the training and validation rows of prepared data and gathers the columns that may be crossed. */
import type { EncodedDataset, PreparedData } from '../../data/index.js'
import type { EncodedBatch, JaggedIds } from '../../features/index.js'
import type { Bundle } from '../../model/index.js'
import { rowsPerBlock } from '../validation.js'
import type { CrossColumn, CrossRows } from './cross-rows.js'

/** Most rows read of each split: beyond it blocks are taken at even distances. */
const rowLimit = 1_000_000

/** Scores are 32-bit floats: nearer to 0 or 1 the logit would be that of rounding. */
const leastScore = 1e-7

export interface ReadRows {
  readonly data: PreparedData
  readonly bundle: Pick<Bundle, 'score'>
  /** Columns of ids. */
  readonly columns: readonly { readonly name: string; readonly idCount: number }[]
}

/** Training rows, then validation rows; never the test split. */
export async function readCrossRows({ data, bundle, columns }: ReadRows): Promise<CrossRows> {
  const training = await readSplit(data.split('train'), bundle)
  const validation = await readSplit(data.split('validation'), bundle)
  const parts = [...training.parts, ...validation.parts]
  const firstHeldOut = rowCountOf(training.parts)
  const rowCount = firstHeldOut + rowCountOf(validation.parts)
  const floats = (valuesOf: (part: Part) => Float32Array): Float32Array => joined(parts.map(valuesOf), rowCount)
  return {
    rowCount,
    firstHeldOut,
    columns: columns.map((column) => ({ ...column, ...joinedIds(parts.map(({ block }) => block.ids[column.name])) })),
    labels: floats(({ block }) => block.labels),
    weights: floats(({ block }) => block.weights),
    logits: Float64Array.from(
      floats(({ scores }) => scores),
      logitOf,
    ),
    groups: validation.groups && withTraining(validation.groups, firstHeldOut),
  }
}

interface Part {
  readonly block: EncodedBatch
  readonly scores: Float32Array
}

async function readSplit(
  dataset: EncodedDataset,
  bundle: Pick<Bundle, 'score'>,
): Promise<{ parts: Part[]; groups: Int32Array | null }> {
  const parts: Part[] = []
  const all = await dataset.groups()
  const groups: number[] = []
  for (const first of blockStarts(dataset.rowCount, rowLimit)) {
    const block = await dataset.readBlock(first, Math.min(rowsPerBlock, dataset.rowCount - first))
    parts.push({ block, scores: await bundle.score(block) })
    for (const group of all?.subarray(first, first + block.rowCount) ?? []) groups.push(group)
  }
  return { parts, groups: all && Int32Array.from(groups) }
}

/** First rows of the blocks that are read: all of them, or evenly spaced ones of about `limit` rows together. */
export function blockStarts(rowCount: number, limit: number): number[] {
  const blocks = Math.ceil(rowCount / rowsPerBlock)
  const kept = Math.min(blocks, Math.max(1, Math.floor(limit / rowsPerBlock)))
  return Array.from({ length: kept }, (_, index) => Math.floor((index * blocks) / kept) * rowsPerBlock)
}

function logitOf(score: number): number {
  const p = Math.min(1 - leastScore, Math.max(leastScore, score))
  return Math.log(p / (1 - p))
}

const rowCountOf = (parts: readonly Part[]): number => parts.reduce((sum, { block }) => sum + block.rowCount, 0)

function joined(parts: readonly Float32Array[], length: number): Float32Array {
  const all = new Float32Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function joinedIds(parts: readonly (JaggedIds | undefined)[]): Pick<CrossColumn, 'ids' | 'offsets'> {
  const ids = new Int32Array(parts.reduce((sum, part) => sum + (part?.ids.length ?? 0), 0))
  const ends: number[] = [0]
  let isList = false
  let at = 0
  for (const part of parts) {
    if (!part) continue
    ids.set(part.ids, at)
    isList ||= part.offsets !== null
    for (const end of part.offsets?.subarray(1) ?? []) ends.push(at + end)
    at += part.ids.length
  }
  return { ids, offsets: isList ? Int32Array.from(ends) : null }
}

/** Groups of the held-out rows, behind training rows whose groups no one asks for. */
function withTraining(groups: Int32Array, firstHeldOut: number): Int32Array {
  const all = new Int32Array(firstHeldOut + groups.length)
  all.set(groups, firstHeldOut)
  return all
}
