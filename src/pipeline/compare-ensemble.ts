import { heads } from '../model/index.js'
import type { HeadName } from '../model/index.js'

/**
 * The ensemble of separately trained members: the score of the mean of their logits. The mean and not the sum, since each
 * member is a whole model with a bias of its own: a sum would count the base rate twice and be too sure. AUC and every
 * ranking are the same by either. A single member is left as it is; `width` is how many scores a row has.
 */
export function averageLogits(
  head: HeadName,
  members: readonly Float32Array[],
  width = 1,
): Float32Array | Float64Array {
  const [first] = members
  if (!first) throw new Error('internal: a model without members')
  if (members.length === 1) return first
  const { toLogit, fromLogits } = heads[head].link
  const averaged = new Float64Array(first.length)
  for (let at = 0; at < first.length; at += width) {
    const logits = Array.from({ length: width }, (_, place) => {
      const own = members.map((scores) => toLogit(scores[at + place] ?? 0))
      return own.reduce((sum, value) => sum + value, 0) / own.length
    })
    averaged.set(fromLogits(logits), at)
  }
  return averaged
}
