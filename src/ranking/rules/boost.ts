/**
 * Boosts: `key ← key · factor` or `key ← key + add` for each boost that an item meets, in the order of the list; then the items are sorted
 * by key anew, ties in their earlier order. The score stays. A factor is for keys that are not negative: take `add` for logits and
 * regressions.
 */
import type { ItemFilter } from './item-filter.js'
import { filterIssues, meets } from './item-filter.js'
import type { RerankedItem, Rule } from './rule.js'
import { hasOneOf, isListOf, isNumber, isObject, isPositive } from './rule-checks.js'
import { byKey } from './sort-key.js'

export interface Boost {
  readonly when: ItemFilter
  /** Above 0. */
  readonly factor?: number
  readonly add?: number
}

const name = 'boost'

export const boost: Rule<'boost', readonly Boost[]> = {
  name,
  issues: (declared, path, features) =>
    isListOf((one, at) => [
      ...isObject({ when: (value, place) => filterIssues(value, place, features), factor: isPositive, add: isNumber }, [
        'when',
      ])(one, at),
      ...hasOneOf('factor', 'add')(one, at),
    ])(declared, path),
  apply: (list, boosts) => byKey(list.map((item) => boosts.reduce(boosted, item))),
}

function boosted(item: RerankedItem, { when, factor = 1, add = 0 }: Boost): RerankedItem {
  if (!meets(item.features, when)) return item
  return {
    ...item,
    sortKey: item.sortKey * factor + add,
    rules: item.rules.includes(name) ? item.rules : [...item.rules, name],
  }
}
