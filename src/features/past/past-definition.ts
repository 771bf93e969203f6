/**
 * What an example may know of the past, as plain data: one definition that preparation executes in the database and serving in
 * memory. An event counts for a moment when it was known strictly before it.
 */

/** Whose past: that of a user, of an item, or of a user with an item. */
export type PastKey = 'user' | 'item'

/** Which events: impressions, or actions of some kinds (`null`: of any). */
export type PastSource =
  { readonly of: 'impressions' } | { readonly of: 'actions'; readonly kinds: readonly string[] | null }

/**
 * What is taken of the events of the key in the window:
 * `count`: how many there are; `recency`: seconds since the last one, none without; `items`: the items of the last ones, oldest first;
 * `rate`: actions per impression, smoothed: `(a + s·A/N) / (n + s)` with `a` actions and `n` impressions of the key, `A` and `N` of
 * everyone. The prior is of the same moment, so that it knows no future either.
 */
export type PastTake = 'count' | 'recency' | 'items' | 'rate'

export interface PastDefinition {
  readonly name: string
  readonly take: PastTake
  readonly by: readonly PastKey[]
  readonly source: PastSource
  /** Length of the window `[moment − window, moment)` in the unit of the moments; `null`: since ever. */
  readonly window: number | null
  /** Of `rate`: so many impressions at the prior rate. */
  readonly smoothing: number
  /** Of `items`: how many at most. */
  readonly last: number
  /** Of `recency`: what one second is in the unit of the moments. */
  readonly unitsPerSecond: number
}

/** Something that happened, with the moment from which it was known. */
export interface PastEvent {
  readonly user: string
  readonly item: string
  readonly moment: number
  /** `null`: an impression. */
  readonly kind: string | null
}
