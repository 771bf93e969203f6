/** What scoring loads, beside what it loads of the champion. */
import type { GateCheck } from '../check.js'

/** Below it no server minds. */
const unjudgedBytes = 1e6

export const size: GateCheck = {
  name: 'size',
  question: 'Is it small enough?',
  run({ challenger, champion, limits }) {
    const found = `${megabytes(challenger.servingBytes)}${champion ? ` against ${megabytes(champion.servingBytes)}` : ''}`
    const relative = champion ? Math.max(unjudgedBytes, limits.size * champion.servingBytes) : Infinity
    const budget = Math.min(relative, limits.sizeBytes ?? Infinity)
    if (budget === Infinity)
      return { outcome: 'skip', found, limit: '–', reason: 'there is no champion, and no gate.sizeBytes' }
    const limit = `≤ ${megabytes(budget)}`
    if (challenger.servingBytes <= budget)
      return { outcome: 'pass', found, limit, reason: 'the bundle is small enough' }
    const reason = `the bundle has ${found}, ${limit} is allowed: raise minCount or lower the dimension, or raise gate.size or gate.sizeBytes`
    return { outcome: 'fail', found, limit, reason }
  },
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`
