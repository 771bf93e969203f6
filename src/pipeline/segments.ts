/** Rows of a dataset by the value of a column: a feature that has ids, a key, or a raw column of the files. */
import { suggestion } from '../base/index.js'
import type { EncodedDataset } from '../data/index.js'
import type { Segments } from '../evaluation/index.js'
import type { EncodedFeatures } from '../features/index.js'
import type { Bundle } from '../model/index.js'
import { segmentUnknown } from './errors.js'
import { rowsPerBlock } from './validation.js'

export interface SegmentSource {
  readonly bundle: Pick<Bundle, 'config' | 'encoder'>
  readonly dataset: EncodedDataset
  /** Raw cells, where files were read; they count where the column is no feature with ids. */
  readonly kept: readonly (string | null)[] | null
}

/** The rows of each value; a row with several values (a list) counts for each. Throws `PIPELINE_SEGMENT_UNKNOWN`. */
export async function segmentsOf({ bundle, dataset, kept }: SegmentSource, column: string): Promise<Segments> {
  if (bundle.encoder.features.get(column)?.shape.kind === 'ids') return featureSegments({ bundle, dataset }, column)
  const cells = kept ?? (await keyCells(bundle, dataset, column))
  const segments = new Map<string, number[]>()
  if (!cells) throw segmentUnknown({ column, hint: suggestion(column, known(bundle)) })
  for (const [row, cell] of cells.entries()) append(segments, cell ?? '(missing)', row)
  return segments
}

/** Whether a column must be read from the files to make segments of it. */
export const isRawColumn = ({ encoder }: Pick<Bundle, 'encoder'>, column: string): boolean =>
  encoder.features.get(column)?.shape.kind !== 'ids'

async function featureSegments(
  { bundle, dataset }: Omit<SegmentSource, 'kept'>,
  column: string,
): Promise<Map<string, number[]>> {
  const byId = new Map<number, number[]>()
  for (let first = 0; first < dataset.rowCount; first += rowsPerBlock) {
    const block = await dataset.readBlock(first, Math.min(rowsPerBlock, dataset.rowCount - first))
    eachId(block, column, (id, row) => {
      append(byId, id, first + row)
    })
  }
  const encoder = bundle.encoder.features.get(column)
  const nameOf = (id: number): string => encoder?.tokenOf?.(id) ?? specialName(id, encoder?.tokenOf !== undefined)
  return new Map([...byId].map(([id, rows]) => [nameOf(id), rows]))
}

/** An id without a token: 0 is missing in every column; where there are tokens, what has none is out of vocabulary. */
function specialName(id: number, hasTokens: boolean): string {
  if (id === 0) return '(missing)'
  return hasTokens ? '(out of vocabulary)' : `bucket ${String(id)}`
}

function eachId({ ids, rowCount }: EncodedFeatures, column: string, visit: (id: number, row: number) => void): void {
  const jagged = ids[column]
  if (!jagged) return
  for (let row = 0; row < rowCount; row++) {
    const [start, end] = jagged.offsets ? [jagged.offsets[row] ?? 0, jagged.offsets[row + 1] ?? 0] : [row, row + 1]
    for (const id of new Set(jagged.ids.subarray(start, end))) visit(id, row)
  }
}

async function keyCells(
  { config }: Pick<Bundle, 'config'>,
  dataset: EncodedDataset,
  column: string,
): Promise<readonly (string | null)[] | null> {
  if (column === config.data.user) return (await dataset.keys()).user
  return column === config.data.item ? (await dataset.keys()).item : null
}

const known = ({ encoder, config }: Pick<Bundle, 'config' | 'encoder'>): string[] => [
  ...[...encoder.features].filter(([, { shape }]) => shape.kind === 'ids').map(([name]) => name),
  ...[config.data.user, config.data.item].flatMap((key) => key ?? []),
]

function append<K>(lists: Map<K, number[]>, key: K, row: number): void {
  const list = lists.get(key)
  if (list) list.push(row)
  else lists.set(key, [row])
}
