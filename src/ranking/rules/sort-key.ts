import type { RerankedItem } from './rule.js'

/** Items by sort key, the largest first; ties stay in their order. */
export const byKey = (list: readonly RerankedItem[]): readonly RerankedItem[] =>
  [...list].sort((a, b) => b.sortKey - a.sortKey)
