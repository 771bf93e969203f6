/** Every score must be a number: nothing else can be said of a model whose scores are not. */
import type { GateCheck } from '../check.js'

export const finiteScores: GateCheck = {
  name: 'finite scores',
  question: 'Is every score a number?',
  run({ challenger }) {
    const bad = challenger.scores.reduce((count, score) => count + Number(!Number.isFinite(score)), 0)
    const found = `${String(bad)} are not`
    const limit = 'all finite'
    if (bad === 0) return { outcome: 'pass', found, limit, reason: 'every score is a number' }
    const reason = `${String(bad)} scores are infinite or no numbers: train again with lower learning rates`
    return { outcome: 'fail', found, limit, reason }
  },
}
