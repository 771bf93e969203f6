/** What a re-ranking rule is: one file, one line in `rules/index.ts`. Rules are pure: a list goes in, a list comes out. */
import type { Issue } from '../../base/index.js'
import type { RawRow } from '../../features/index.js'

export interface ScoredItem {
  readonly item: string
  readonly score: number
  /** Raw features of the item. */
  readonly features: RawRow
  /** What diversity may compare items by. */
  readonly vector?: ArrayLike<number>
}

export interface RerankedItem extends ScoredItem {
  /** What the list is sorted by: the score, until a boost changes it. */
  readonly sortKey: number
  /** Names of the rules that changed the item's key or place, in the order they were applied. */
  readonly rules: readonly string[]
  /** The chance that the item is shown in its place, given the list; 1 where nothing is drawn. */
  readonly propensity: number
}

export interface RerankContext {
  /** Seed of everything that is drawn: the same request gets the same list. */
  readonly requestId: string
  /** Items to show. */
  readonly k: number
}

export interface Rule<N extends string = string, D = unknown> {
  /** Its key in a request's rules. */
  readonly name: N
  /** Every fault at once of what is declared at `path`; `features` are the names that items have. */
  issues(declared: unknown, path: string, features: readonly string[]): Issue[]
  /** The list in its new order; a rule that shows fewer items leaves the others out. */
  apply(list: readonly RerankedItem[], declared: D, context: RerankContext): readonly RerankedItem[]
}
