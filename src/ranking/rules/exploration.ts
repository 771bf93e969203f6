/**
 * Exploration: the last `slots` of the `k` places are drawn. What does not fit into the places before them is dealt to the slots in turn, as
 * cards are, and each slot draws one of its own: no item is drawn twice, slots are independent, and the chance of each item is exact.
 */
import { randomKey, randomUniform } from '../../base/index.js'
import type { RerankedItem, Rule } from './rule.js'
import { hasOneOf, isCount, isObject, isPositive, isShare } from './rule-checks.js'

export interface Exploration {
  readonly slots: number
  /** ε-greedy: with probability ε any of the slot's items alike, else its best. */
  readonly epsilon?: number
  /** Softmax: chances in proportion to exp(sort key / temperature). */
  readonly temperature?: number
}

const name = 'exploration'

export const exploration: Rule<'exploration', Exploration> = {
  name,
  issues: (declared, path) => [
    ...isObject({ slots: isCount, epsilon: isShare, temperature: isPositive }, ['slots'])(declared, path),
    ...hasOneOf('epsilon', 'temperature')(declared, path),
  ],
  apply(list, declared, { requestId, k }) {
    const first = Math.max(0, k - declared.slots)
    const rest = list.slice(first)
    const count = Math.min(k - first, rest.length)
    const key = randomKey(0, name, requestId)
    const drawn = Array.from({ length: count }, (_, slot) => {
      const pool = rest.filter((__, index) => index % count === slot)
      return draw(pool, chances(pool, declared), randomUniform(key, slot))
    })
    return [...list.slice(0, first), ...drawn.flat()]
  },
}

/** The chances of a slot's items, which sum to 1. */
export function chances(pool: readonly RerankedItem[], { epsilon = 0, temperature }: Exploration): number[] {
  if (temperature === undefined) return pool.map((_, index) => epsilon / pool.length + (index === 0 ? 1 - epsilon : 0))
  const most = pool.reduce((largest, { sortKey }) => Math.max(largest, sortKey), -Infinity)
  const powers = pool.map(({ sortKey }) => Math.exp((sortKey - most) / temperature))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

/** The item whose share of [0, 1) holds `uniform`. */
function draw(pool: readonly RerankedItem[], shares: readonly number[], uniform: number): RerankedItem[] {
  let below = 0
  const found = shares.findIndex((share) => uniform < (below += share))
  // Rounding may leave the shares a little below 1.
  const index = found < 0 ? shares.findLastIndex((share) => share > 0) : found
  const item = pool[index]
  return item ? [{ ...item, rules: [...item.rules, name], propensity: shares[index] ?? 0 }] : []
}
