import type { Rule } from './rule.js'
import { isListOf, isScalar } from './rule-checks.js'

/** Leaves items out by key. */
export const exclude: Rule<'exclude', readonly string[]> = {
  name: 'exclude',
  issues: isListOf(isScalar),
  apply(list, keys) {
    const excluded = new Set(keys.map(String))
    return list.filter(({ item }) => !excluded.has(item))
  },
}
