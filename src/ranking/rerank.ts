/** Re-ranking: what a request's rules make of a scored list. Pure: the same list, rules and request give the same answer. */
import { rulesInvalid } from './errors.js'
import type { Rules } from './rules/index.js'
import { rules as allRules } from './rules/index.js'
import type { RerankContext, RerankedItem, Rule, ScoredItem } from './rules/rule.js'
import { isObject } from './rules/rule-checks.js'
import { byKey } from './rules/sort-key.js'

export type { Rules } from './rules/index.js'
export type { RerankContext, RerankedItem, ScoredItem } from './rules/rule.js'

/** Sorts items by score (ties in the order given), applies the rules in their order and keeps the first `k`. */
export function rerank(list: readonly ScoredItem[], rules: Rules, context: RerankContext): RerankedItem[] {
  const start = list.map((item) => ({ ...item, sortKey: item.score, rules: [], propensity: 1 }))
  const ranked = (allRules as readonly Rule[]).reduce<readonly RerankedItem[]>((items, rule) => {
    const declared = rules[rule.name as keyof Rules]
    return declared === undefined ? items : rule.apply(items, declared, context)
  }, byKey(start))
  return ranked.slice(0, context.k)
}

/** Reads the rules of a request; throws `RANKING_RULES_INVALID` with every fault. `features` are the names that items have. */
export function parseRules(value: unknown, features: readonly string[]): Rules {
  const checks = Object.fromEntries(
    (allRules as readonly Rule[]).map((rule) => [
      rule.name,
      (declared: unknown, path: string) => rule.issues(declared, path, features),
    ]),
  )
  const issues = isObject(checks)(value, 'rules')
  if (issues.length === 0) return value as Rules
  throw rulesInvalid({ issues: issues.map(({ path, message }) => `${path} ${message}`) }, { issues })
}
