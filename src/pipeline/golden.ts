/** Golden requests: raw rows with the score that the trainer gives them, which every later loader must repeat. */
import type { Calibration } from '../calibration/index.js'
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
  readonly calibration: Calibration | null
}

/** Enough to meet every column's common values, few enough to read. */
const goldenCount = 32

/** Scores the first rows of the training split with the trainer's own tables. */
export async function goldenRequests(golden: GoldenParts): Promise<GoldenRequest[]> {
  const { data } = golden
  const rows = await data.sampleRows(goldenCount)
  const encoder = createEncoder(data.config, data.featureState)
  const scorer = await openTrainedScorer(golden)
  try {
    const scores = await scorer.score(encoder.encode(rows))
    return rows.map((row, index) => ({ row, score: scores[index] ?? 0 }))
  } finally {
    await scorer.close()
  }
}

/** Scores with the trainer's own tables. */
export function openTrainedScorer({
  parts,
  state,
  onnx,
  calibration,
}: Omit<GoldenParts, 'data'>): ReturnType<typeof openScorer> {
  const stage = createInputStage(state.memories.home, parts.layout, state.tables)
  return openScorer(onnx, stage, { threads: 1, calibration })
}
