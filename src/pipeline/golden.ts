/** Golden requests: raw rows with the score that the trainer gives them, which every later loader must repeat. */
import type { PreparedData } from '../data/index.js'
import { createEncoder } from '../features/index.js'
import { createInputStage, openScorer } from '../model/index.js'
import type { GoldenRequest } from '../model/index.js'
import type { ModelParts, ModelState } from '../training/index.js'

export interface GoldenParts {
  readonly data: PreparedData
  readonly parts: ModelParts
  readonly state: ModelState
  readonly onnx: Uint8Array
}

/** Enough to meet every column's common values, few enough to read. */
const goldenCount = 32

/** Scores the first rows of the training split with the trainer's own tables. */
export async function goldenRequests({ data, parts, state, onnx }: GoldenParts): Promise<GoldenRequest[]> {
  const rows = await data.sampleRows(goldenCount)
  const encoder = createEncoder(data.config, data.featureState)
  const scorer = await openScorer(onnx, createInputStage(state.memory, parts.layout, state.tables), { threads: 1 })
  try {
    const scores = await scorer.score(encoder.encode(rows))
    return rows.map((row, index) => ({ row, score: scores[index] ?? 0 }))
  } finally {
    await scorer.close()
  }
}
