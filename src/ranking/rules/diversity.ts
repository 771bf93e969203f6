/**
 * Maximal marginal relevance (Carbonell and Goldstein 1998): one after the other the item with the largest
 * `λ·r − (1 − λ)·max similarity to what is chosen`, ties in their earlier order. `r` is the sort key scaled to [0, 1] over the list, so
 * that λ means the same for every head; λ = 1 changes nothing.
 */
import { featureTexts } from './item-filter.js'
import type { RerankedItem, Rule, ScoredItem } from './rule.js'
import { isListOf, isObject, isOneOf, isShare } from './rule-checks.js'

export interface Diversity {
  /** 1: relevance alone; 0: difference alone. */
  readonly lambda: number
  /** Item features whose shared values make items alike. Without them: the cosine of the items' vectors. */
  readonly features?: readonly string[]
}

const name = 'diversity'

export const diversity: Rule<'diversity', Diversity> = {
  name,
  issues: (declared, path, features) =>
    isObject({ lambda: isShare, features: isListOf(isOneOf(features, 'a feature of the items'), 1) }, ['lambda'])(
      declared,
      path,
    ),
  apply(list, { lambda, features }, { k }) {
    const similarity = features ? sharedValues(features) : cosine
    const relevance = scaledKeys(list)
    const nearest = new Float64Array(list.length)
    const left = list.map((_, index) => index)
    const chosen: number[] = []
    const value = (index: number): number => lambda * (relevance[index] ?? 0) - (1 - lambda) * (nearest[index] ?? 0)
    while (chosen.length < k && left.length > 0) {
      const best = left.reduce((one, other) => (value(other) > value(one) ? other : one))
      left.splice(left.indexOf(best), 1)
      chosen.push(best)
      raiseNearest({ list, left, nearest, similarity }, best, chosen.length === 1)
    }
    return [...chosen, ...left].flatMap((index, place) => placed(list[index], index !== place))
  },
}

const placed = (item: RerankedItem | undefined, isMoved: boolean): RerankedItem[] =>
  item ? [isMoved ? { ...item, rules: [...item.rules, name] } : item] : []

interface Choice {
  readonly list: readonly RerankedItem[]
  readonly left: readonly number[]
  readonly nearest: Float64Array
  similarity(a: ScoredItem, b: ScoredItem): number
}

/** Takes a newly chosen item into the largest similarity of each that is left; a cosine may be negative, so the first one counts as it is. */
function raiseNearest({ list, left, nearest, similarity }: Choice, chosen: number, isFirst: boolean): void {
  for (const index of left) {
    const [one, other] = [list[index], list[chosen]]
    const own = one && other ? similarity(one, other) : 0
    nearest[index] = isFirst ? own : Math.max(nearest[index] ?? 0, own)
  }
}

function scaledKeys(list: readonly RerankedItem[]): Float64Array {
  const keys = Float64Array.from(list, ({ sortKey }) => sortKey)
  const least = keys.reduce((a, b) => Math.min(a, b), Infinity)
  const most = keys.reduce((a, b) => Math.max(a, b), -Infinity)
  return most > least ? keys.map((key) => (key - least) / (most - least)) : keys.fill(0)
}

/** The mean over features of the share of values that two items have in common (Jaccard): 0 to 1. */
const sharedValues =
  (features: readonly string[]) =>
  (a: ScoredItem, b: ScoredItem): number => {
    const shares = features.map((feature) => {
      const [one, other] = [new Set(featureTexts(a.features[feature])), new Set(featureTexts(b.features[feature]))]
      const both = [...one].filter((text) => other.has(text)).length
      return both === 0 ? 0 : both / (one.size + other.size - both)
    })
    return shares.reduce((sum, share) => sum + share, 0) / features.length
  }

/** −1 to 1; 0 where an item has no vector. */
function cosine({ vector: a = [] }: ScoredItem, { vector: b = [] }: ScoredItem): number {
  let [product, first, second] = [0, 0, 0]
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0]
    product += x * y
    first += x * x
    second += y * y
  }
  return first === 0 || second === 0 ? 0 : product / Math.sqrt(first * second)
}
