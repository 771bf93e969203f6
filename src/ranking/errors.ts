import { defineError } from '../base/index.js'
import type { Issue } from '../base/index.js'

export const rulesInvalid = defineError<{ issues: readonly string[] }>(
  'RANKING_RULES_INVALID',
  'usage',
  ({ issues }) => `the re-ranking rules have ${String(issues.length)} fault(s):\n  ${issues.join('\n  ')}`,
)

/** A fault of a request's rules at a path. */
export const ruleFault = (path: string, message: string): Issue => ({ code: rulesInvalid.code, path, message })

export const threadFailed = defineError<{ directory: string; reason: string }>(
  'RANKING_THREAD_FAILED',
  'environment',
  ({ directory, reason }) =>
    `every scoring thread of ${directory} must load the bundle and stay alive; one ended: ${reason}; mend what it names, or serve another version`,
)

export const scoresDisagree = defineError<{ directory: string; request: number; difference: number }>(
  'RANKING_SCORES_DISAGREE',
  'data',
  ({ directory, request, difference }) =>
    `${directory} must give its golden requests the scores of the trainer, to 1e-5; got a difference of ${difference.toExponential(2)} at request ${String(request)}; train again, or serve another version`,
)
