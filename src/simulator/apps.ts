/** The apps of the store: what each is, how often it is drawn, and its traits. Typed arrays of one entry an app. */
import { permutation, randomInteger, randomKey, randomNormal } from '../base/index.js'
import { categories, storeConstants } from './constants.js'

export interface SimulatedApps {
  readonly count: number
  /** Index of the category. */
  readonly category: Uint8Array
  readonly quality: Float32Array
  /** `rank` numbers an app. */
  readonly traits: Float32Array
  /** An app by popularity among the first `count`: `share` in [0, 1). */
  draw(share: number, count: number): number
  title(app: number): string
}

const adjectives = ['Quiet', 'Rapid', 'Paper', 'Golden', 'Little', 'Open', 'Polar', 'Lucky', 'Green', 'Solar']
const nouns = ['Fox', 'Atlas', 'Ledger', 'Tempo', 'Garden', 'Signal', 'Harbour', 'Pixel', 'Meadow', 'Compass']

/** `initial` apps of the first day, each with a popularity rank of its own, and later ones with a rank drawn among those. */
export function createApps(count: number, initial: number, seed: number): SimulatedApps {
  const { rank, qualitySpread, popularityExponent } = storeConstants
  const key = (word: string): number => randomKey(seed, 'app', word)
  const [ofCategory, ofQuality, ofTraits, ofRank] = [key('category'), key('quality'), key('traits'), key('rank')]
  const ranks = permutation(initial, key('order'))
  const weightUpTo = new Float64Array(count)
  let weight = 0
  for (let app = 0; app < count; app++) {
    const popularity = app < initial ? (ranks[app] ?? 0) : randomInteger(ofRank, app, initial)
    weight += (popularity + 1) ** -popularityExponent
    weightUpTo[app] = weight
  }
  return {
    count,
    category: Uint8Array.from({ length: count }, (_, app) => randomInteger(ofCategory, app, categories.length)),
    quality: Float32Array.from({ length: count }, (_, app) => qualitySpread * randomNormal(ofQuality, app)),
    traits: Float32Array.from({ length: count * rank }, (_, i) => randomNormal(ofTraits, i)),
    draw: (share, among) => firstAbove(weightUpTo, share * (weightUpTo[among - 1] ?? 0), among),
    title: titleOf,
  }
}

/** The first index below `count` whose value is greater; values rise. */
function firstAbove(values: Float64Array, value: number, count: number): number {
  let low = 0
  let high = count - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] ?? 0) > value) high = middle
    else low = middle + 1
  }
  return low
}

function titleOf(app: number): string {
  const [adjective = '', noun = ''] = [adjectives[app % 10], nouns[Math.floor(app / 10) % 10]]
  const edition = Math.floor(app / 100)
  return `${adjective} ${noun}${edition === 0 ? '' : ` ${String(edition + 1)}`}`
}
