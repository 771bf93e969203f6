import type { ItemFilter } from './item-filter.js'
import { filterIssues, meets } from './item-filter.js'
import type { Rule } from './rule.js'

/** Keeps the items that meet a condition on their features. */
export const filter: Rule<'filter', ItemFilter> = {
  name: 'filter',
  issues: filterIssues,
  apply: (list, declared) => list.filter(({ features }) => meets(features, declared)),
}
