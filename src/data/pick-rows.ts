/** Some rows of a split that does not fit in memory: block by block, what is wanted of each. */
import type { EncodedBatch, JaggedIds } from '../features/index.js'
import { gatherRows } from './memory-block.js'
import type { RowRange } from './memory-block.js'

/** Rows read together. */
const blockRows = 65_536

/** Reads ascending places of a split as one block. */
export async function pickRows(
  read: (range: RowRange) => Promise<EncodedBatch>,
  rowCount: number,
  places: Uint32Array,
): Promise<EncodedBatch> {
  const picked: EncodedBatch[] = []
  for (let first = 0, at = 0; first < rowCount && at < places.length; first += blockRows) {
    const start = at
    while (at < places.length && (places[at] ?? 0) < first + blockRows) at++
    if (at === start) continue
    const block = await read({ first, count: Math.min(blockRows, rowCount - first) })
    picked.push(
      gatherRows(
        block,
        places.subarray(start, at).map((place) => place - first),
      ),
    )
  }
  return concatRows(picked)
}

function concatRows(blocks: readonly EncodedBatch[]): EncodedBatch {
  const [first] = blocks
  const ids: Record<string, JaggedIds> = {}
  const numbers: Record<string, Float32Array> = {}
  for (const name of Object.keys(first?.ids ?? {}))
    ids[name] = concatIds(blocks.flatMap((block) => block.ids[name] ?? []))
  for (const name of Object.keys(first?.numbers ?? {}))
    numbers[name] = concatFloats(blocks.flatMap((block) => block.numbers[name] ?? []))
  return {
    rowCount: blocks.reduce((sum, { rowCount }) => sum + rowCount, 0),
    ids,
    numbers,
    labels: concatFloats(blocks.map(({ labels }) => labels)),
    weights: concatFloats(blocks.map(({ weights }) => weights)),
  }
}

function concatIds(parts: readonly JaggedIds[]): JaggedIds {
  const ids = new Int32Array(parts.reduce((sum, part) => sum + part.ids.length, 0))
  const hasOffsets = parts.some(({ offsets }) => offsets !== null)
  const offsets: number[] = [0]
  let at = 0
  for (const part of parts) {
    ids.set(part.ids, at)
    for (const end of part.offsets?.subarray(1) ?? []) offsets.push(at + end)
    at += part.ids.length
  }
  const weights = parts.flatMap((part) => part.weights ?? [])
  return {
    ids,
    offsets: hasOffsets ? Int32Array.from(offsets) : null,
    weights: weights.length > 0 ? concatFloats(weights) : null,
  }
}

function concatFloats(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
