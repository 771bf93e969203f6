/** The golden requests of a bundle, asked of the fast path itself. */
import type { Bundle } from '../model/index.js'
import { scoresDisagree } from './errors.js'
import type { FastRanker } from './fast-ranker.js'
import type { Rest } from './pace.js'

const tolerance = 1e-5

/** Throws `RANKING_SCORES_DISAGREE` where a score is not the trainer's; `rest` is called after each. */
export async function checkGolden({ golden, directory }: Bundle, ranker: FastRanker, rest: Rest): Promise<void> {
  for (const [request, { row, score }] of golden.entries()) {
    const difference = Math.abs((await ranker.rankOther(row)) - score)
    if (!(difference <= tolerance)) throw scoresDisagree({ directory, request, difference })
    await rest()
  }
}
