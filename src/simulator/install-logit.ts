/**
 * The truth: the logit of an install in three parts. What holds of an app whoever sees it; the low-rank part, which embeddings can
 * extend to pairs never seen; and the particular pairs, (installed app, shown app) and (category, hour), which only crosses memorise.
 */
import { randomInteger, randomKey, randomNormal } from '../base/index.js'
import type { SimulatedApps } from './apps.js'
import { categories, storeConstants } from './constants.js'

export interface Moment {
  /** From 0. */
  readonly day: number
  readonly hour: number
  /** From 0, Monday. */
  readonly weekday: number
}

export interface InstallLogit {
  /** Base, quality, weekend and novelty. */
  main(app: number, moment: Moment): number
  lowRank(app: number, taste: Float64Array): number
  pairs(app: number, installed: Int32Array, count: number): number
  hour(app: number, hour: number): number
}

const hours = 24

interface LogitInput {
  readonly apps: SimulatedApps
  readonly seed: number
  readonly baseLogit: number
  releaseDay(app: number): number
}

export function createInstallLogit({ apps, seed, baseLogit, releaseDay }: LogitInput): InstallLogit {
  const { rank, tasteSpread, pairStrength, hourSpread, weekendBonus, noveltyBonus, noveltyDays } = storeConstants
  const isPair = pairTest(seed)
  const ofHour = randomKey(seed, 'hours')
  const hourEffects = Float64Array.from(
    { length: categories.length * hours },
    (_, i) => hourSpread * randomNormal(ofHour, i),
  )
  const releases = Uint16Array.from({ length: apps.count }, (_, app) => releaseDay(app))
  // Products of independent numbers of unit variance: the root makes the variance of their sum one.
  const scale = tasteSpread / Math.sqrt(rank)
  return {
    main: (app, { day, weekday }) => {
      const release = releases[app] ?? 0
      const novelty = release > 0 ? noveltyBonus * Math.exp((release - day) / noveltyDays) : 0
      return baseLogit + (apps.quality[app] ?? 0) + (weekday >= 5 ? weekendBonus : 0) + novelty
    },
    lowRank: (app, taste) => {
      let product = 0
      for (let i = 0; i < rank; i++) product += (taste[i] ?? 0) * (apps.traits[app * rank + i] ?? 0)
      return scale * product
    },
    pairs: (app, installed, count) => {
      let pairs = 0
      for (let i = 0; i < count; i++) if (isPair(installed[i] ?? 0, app)) pairs++
      return pairStrength * pairs
    },
    hour: (app, hour) => hourEffects[(apps.category[app] ?? 0) * hours + hour] ?? 0,
  }
}

/** Whether an installed app makes one want another: of either order on its own, as likely for every pair. */
function pairTest(seed: number): (installed: number, shown: number) => boolean {
  const key = randomKey(seed, 'pairs')
  const stride = 2 ** 21
  return (installed, shown) => randomInteger(key, installed * stride + shown, storeConstants.pairRarity) === 0
}
