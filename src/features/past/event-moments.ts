/** The moments of some events in ascending order, with what belongs to each; made for appending, late ones find their place. */
export interface Moments {
  /** Adds an event behind those of the same moment. */
  add(moment: number, item: string): void
  /** How many events lie strictly before a moment. */
  before(moment: number): number
  /** The moment of the event at a place, from 0. */
  at(place: number): number
  /** Items of the places `[from, to)`. */
  items(from: number, to: number): string[]
}

export function createMoments(): Moments {
  const moments: number[] = []
  const items: string[] = []
  /** The first place whose moment is not below (or, `isAfter`, above) a moment. */
  const placeOf = (moment: number, isAfter: boolean): number => {
    let low = 0
    let high = moments.length
    while (low < high) {
      const middle = (low + high) >> 1
      const own = moments[middle] ?? 0
      if (own < moment || (isAfter && own === moment)) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    add(moment, item) {
      const place = moment >= (moments.at(-1) ?? Number.NEGATIVE_INFINITY) ? moments.length : placeOf(moment, true)
      moments.splice(place, 0, moment)
      items.splice(place, 0, item)
    },
    before: (moment) => placeOf(moment, false),
    at: (place) => moments[place] ?? Number.NaN,
    items: (from, to) => items.slice(from, to),
  }
}
