/** The golden requests of a bundle, asked one by one as a server does: the dry run's questions, and what warms a server up. */
import type { Bundle } from '../model/index.js'

export interface GoldenAnswers {
  readonly count: number
  /** Places of the requests whose score is no finite number. */
  readonly notNumbers: readonly number[]
  /** Between a score and the one the trainer gave; 0 without requests. */
  readonly largestDifference: number
  /** Place of the request it belongs to. */
  readonly worst: number
}

/** Scores every golden request of an open bundle and compares with what the trainer gave; the first answers are also the slowest. */
export async function askGolden(bundle: Pick<Bundle, 'golden' | 'encoder' | 'score'>): Promise<GoldenAnswers> {
  const notNumbers: number[] = []
  let [largestDifference, worst] = [0, 0]
  for (const [place, { row, score }] of bundle.golden.entries()) {
    const [got = NaN] = await bundle.score(bundle.encoder.encode([row]))
    const difference = Math.abs(got - score)
    if (!Number.isFinite(difference)) notNumbers.push(place)
    else if (difference > largestDifference) [largestDifference, worst] = [difference, place]
  }
  return { count: bundle.golden.length, notNumbers, largestDifference, worst }
}
