/** What a request costs, beside the champion's on the same machine at the same time. */
import type { GateCheck } from '../check.js'

/** Below it a ratio measures the clock. */
const unjudgedMs = 1

export const latency: GateCheck = {
  name: 'latency',
  question: 'Is it fast enough?',
  run({ challenger, champion, limits }) {
    const found = `${challenger.latencyMs.toFixed(2)} ms${champion ? ` against ${champion.latencyMs.toFixed(2)} ms` : ''}`
    const relative = champion ? Math.max(unjudgedMs, limits.latency * champion.latencyMs) : Infinity
    const budget = Math.min(relative, limits.latencyMs ?? Infinity)
    if (budget === Infinity)
      return { outcome: 'skip', found, limit: '–', reason: 'there is no champion, and no gate.latencyMs' }
    const limit = `≤ ${budget.toFixed(2)} ms`
    if (challenger.latencyMs <= budget) return { outcome: 'pass', found, limit, reason: 'a request is fast enough' }
    const reason = `a request takes ${found}, ${limit} is allowed: make the model smaller, or raise gate.latency or gate.latencyMs`
    return { outcome: 'fail', found, limit, reason }
  },
}
