import { defineError } from '../base/index.js'
import type { Issue } from '../base/index.js'

export const rulesInvalid = defineError<{ issues: readonly string[] }>(
  'RANKING_RULES_INVALID',
  'usage',
  ({ issues }) => `the re-ranking rules have ${String(issues.length)} fault(s):\n  ${issues.join('\n  ')}`,
)

/** A fault of a request's rules at a path. */
export const ruleFault = (path: string, message: string): Issue => ({ code: rulesInvalid.code, path, message })
