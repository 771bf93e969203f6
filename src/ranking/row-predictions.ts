/** Predictions of whole rows, which others send: no catalogue, no state, the graph in one piece. */
import type { RawRow } from '../features/index.js'
import { constantsAtServing } from '../features/index.js'
import type { Bundle } from '../model/index.js'
import type { RowPredictions } from './scoring.js'

/** What a row does not say is missing; its position is what every candidate has. */
export async function predictRows(bundle: Bundle, rows: readonly RawRow[]): Promise<RowPredictions> {
  const atServing = constantsAtServing(bundle.config)
  const features = bundle.encoder.encode(rows.map((row) => ({ ...atServing, ...row })))
  const { labels, logitWidth } = bundle.model.output
  return { values: await bundle.predict(features), labels: logitWidth > 1 ? labels : [] }
}

/** Rows in parts of at most `partSize`. */
export function rowParts(rows: readonly RawRow[], partSize: number): RawRow[][] {
  const count = Math.ceil(rows.length / partSize)
  return Array.from({ length: count }, (_, part) => rows.slice(part * partSize, (part + 1) * partSize))
}

/** The parts of a request one behind the other. */
export function joinedPredictions(parts: readonly RowPredictions[]): RowPredictions {
  const values = new Float32Array(parts.reduce((length, part) => length + part.values.length, 0))
  let end = 0
  for (const part of parts) {
    values.set(part.values, end)
    end += part.values.length
  }
  return { values, labels: parts[0]?.labels ?? [] }
}
