/** The golden requests of a bundle, asked of the fast path itself. */
import type { Bundle } from '../model/index.js'
import { scoresDisagree } from './errors.js'
import { openFastRanker } from './fast-ranker.js'

const tolerance = 1e-5

/** Throws `RANKING_SCORES_DISAGREE` where a score is not the trainer's; the item of a golden request stands for itself. */
export async function checkGolden(bundle: Bundle): Promise<void> {
  const { golden, directory } = bundle
  const ranker = await openFastRanker(bundle, { items: golden.map(({ row }) => row), itemPartBytes: 0 })
  try {
    for (const [request, { row, score }] of golden.entries()) {
      const { scores } = await ranker.rank(row, Int32Array.of(request))
      const difference = Math.abs((scores[0] ?? NaN) - score)
      if (!(difference <= tolerance)) throw scoresDisagree({ directory, request, difference })
    }
  } finally {
    await ranker.close()
  }
}
