import type { HeadName } from '../model/index.js'

/**
 * The ensemble of separately trained members: the score of the mean of their logits. The mean and not the sum, since each
 * member is a whole model with a bias of its own: a sum would count the base rate twice and be too sure. AUC and every
 * ranking are the same by either. A single member is left as it is.
 */
export function averageLogits(head: HeadName, members: readonly Float32Array[]): Float32Array | Float64Array {
  const [first] = members
  if (!first) throw new Error('internal: a model without members')
  if (members.length === 1) return first
  return Float64Array.from(first, (_, row) => {
    const logits = members.map((scores) => logitOf(head, scores[row] ?? 0))
    const logit = logits.reduce((sum, value) => sum + value, 0) / logits.length
    return head === 'binary' ? 1 / (1 + Math.exp(-logit)) : logit
  })
}

/** A score that rounding has made 0 or 1 stands for the nearest probability that a 32-bit float tells from 1. */
const leastProbability = 2 ** -24

function logitOf(head: HeadName, score: number): number {
  if (head === 'regression') return score
  const probability = Math.min(1 - leastProbability, Math.max(leastProbability, score))
  return Math.log(probability / (1 - probability))
}
