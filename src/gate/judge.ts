/** The gate: every check is asked, and one that fails is enough. A pure function of scores, labels and limits. */
import type { GateFinding, Judging } from './check.js'
import { gateChecks } from './checks/index.js'

/** `RUBBER_STAMPED`: nothing is wrong, and there was nothing to compare with. */
export type Blessing = 'BLESSED' | 'NOT_BLESSED' | 'RUBBER_STAMPED'

export interface CheckedBy extends GateFinding {
  readonly name: string
  readonly question: string
}

export interface Judgement {
  readonly verdict: Blessing
  /** Of the failures, each with the way out; of a blessing, what decided it. */
  readonly reasons: readonly string[]
  readonly checks: readonly CheckedBy[]
}

/** Judges a challenger. */
export function judge(judging: Judging): Judgement {
  const isBroken = judging.challenger.scores.some((score) => !Number.isFinite(score))
  const checks = gateChecks
    // Of scores that are no numbers no metric says anything.
    .slice(0, isBroken ? 1 : gateChecks.length)
    .map(({ name, question, run }) => ({ name, question, ...run(judging) }))
  const failed = checks.filter(({ outcome }) => outcome === 'fail')
  if (failed.length > 0)
    return { verdict: 'NOT_BLESSED', reasons: failed.map(({ name, reason }) => `${name}: ${reason}`), checks }
  if (!judging.champion)
    return { verdict: 'RUBBER_STAMPED', reasons: ['there is no champion: nothing was compared'], checks }
  const reasons = checks.flatMap(({ name, reason }) => (name === 'change' ? [`${name}: ${reason}`] : []))
  return { verdict: 'BLESSED', reasons, checks }
}
