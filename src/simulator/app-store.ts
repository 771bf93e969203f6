/**
 * A small simulated app store with a known truth. The install probability has a low-rank part (tastes of users, which lean on their
 * country and age, and traits of apps), which embeddings can extend to pairs never seen, and a high-rank part of particular
 * (installed app, shown app) pairs and of (category, hour) pairs, which only crosses can memorise.
 */
import { randomInteger, randomKey, randomNormal, randomUniform } from '../base/index.js'

export interface AppStoreOptions {
  readonly users: number
  readonly apps: number
  readonly seed: number
}

export interface SimulatedApp {
  readonly app: string
  readonly title: string
  readonly category: string
}

export interface SimulatedUser {
  readonly user: string
  readonly country: string
  readonly age: number
  readonly device: string
  /** Indices of apps. */
  readonly installed: readonly number[]
}

export interface SimulatedImpression {
  readonly user: number
  readonly app: number
  readonly hour: number
  /** The true probability of an install. */
  readonly probability: number
  readonly label: 0 | 1
}

export interface AppStore {
  readonly apps: readonly SimulatedApp[]
  readonly users: readonly SimulatedUser[]
  /** The impression with a number: the same one whatever was drawn before. */
  impression(index: number): SimulatedImpression
}

const rank = 4
const countries = ['de', 'fr', 'jp', 'us', 'br', 'in']
const devices = ['phone', 'tablet']
const categories = ['games', 'music', 'travel', 'finance', 'health', 'news', 'photo', 'tools']
const adjectives = ['Quiet', 'Rapid', 'Paper', 'Golden', 'Little', 'Open', 'Polar', 'Lucky', 'Green', 'Solar']
const nouns = ['Fox', 'Atlas', 'Ledger', 'Tempo', 'Garden', 'Signal', 'Harbour', 'Pixel', 'Meadow', 'Compass']
/** Chosen so that about one impression in ten ends in an install; the test bounds it. */
const baseLogit = -3.1
const tasteStrength = 1.1
const hourStrength = 0.5
const pairStrength = 2.5
/** One in so many (installed, shown) pairs belongs together. */
const pairRarity = 40

/** Makes a store; everything in it is a function of the seed. */
export function createAppStore({ users, apps, seed }: AppStoreOptions): AppStore {
  const key = (...words: readonly (string | number)[]): number => randomKey(seed, ...words)
  const appList = Array.from({ length: apps }, (_, index) => makeApp(index, key('app')))
  const userList = Array.from({ length: users }, (_, index) => makeUser(index, apps, key('user', index)))
  const traits = Float32Array.from({ length: apps * rank }, (_, i) => randomNormal(key('traits'), i) / 2)
  const tastes = Float32Array.from({ length: users * rank }, (_, i) => {
    const { country = '', age = 0 } = userList[Math.floor(i / rank)] ?? {}
    const ofCountry = randomNormal(key('tastes', country), i % rank)
    const ofDecade = randomNormal(key('tastes', Math.floor(age / 10)), i % rank)
    // Three independent parts of one variance: their sum over √3 varies as each.
    return (randomNormal(key('tastes'), i) + ofCountry + ofDecade) / Math.sqrt(3) / 2
  })
  const quality = Float32Array.from({ length: apps }, (_, i) => randomNormal(key('quality'), i) / 2)
  const isPair = (installed: number, shown: number): boolean =>
    randomInteger(key('pairs', installed), shown, pairRarity) === 0
  const probabilityOf = (user: number, app: number, hour: number): number => {
    let taste = 0
    for (let i = 0; i < rank; i++) taste += (tastes[user * rank + i] ?? 0) * (traits[app * rank + i] ?? 0)
    const pairs = (userList[user]?.installed ?? []).filter((installed) => isPair(installed, app)).length
    const ofHour = randomNormal(key('hours', appList[app]?.category ?? ''), hour)
    const memorable = hourStrength * ofHour + pairStrength * Math.min(2, pairs)
    const logit = baseLogit + (quality[app] ?? 0) + tasteStrength * rank * taste + memorable
    return 1 / (1 + Math.exp(-logit))
  }
  return {
    apps: appList,
    users: userList,
    impression(index) {
      const draw = (word: string, bound: number): number => randomInteger(key(word), index, bound)
      const user = draw('who', users)
      // Popular apps are shown more often: the square of a uniform number falls on low indices.
      const app = Math.floor(randomUniform(key('what'), index) ** 2 * apps)
      const hour = draw('hour', 24)
      const probability = probabilityOf(user, app, hour)
      return {
        user,
        app,
        hour,
        probability,
        label: randomUniform(key('label'), index) < probability ? 1 : 0,
      }
    },
  }
}

function makeApp(index: number, key: number): SimulatedApp {
  const [adjective = '', noun = ''] = [adjectives[index % 10], nouns[Math.floor(index / 10) % 10]]
  const edition = Math.floor(index / 100)
  const title = `${adjective} ${noun}${edition === 0 ? '' : ` ${String(edition + 1)}`}`
  return {
    app: `a${String(index + 1)}`,
    title,
    category: categories[randomInteger(key, index, categories.length)] ?? '',
  }
}

function makeUser(index: number, apps: number, key: number): SimulatedUser {
  const count = 2 + randomInteger(key, 0, 7)
  const installed = Array.from({ length: count }, (_, i) => Math.floor(randomUniform(key, 10 + i) ** 2 * apps))
  return {
    user: `u${String(index + 1)}`,
    country: countries[randomInteger(key, 1, countries.length)] ?? '',
    age: 14 + randomInteger(key, 2, 60),
    device: devices[randomInteger(key, 3, devices.length)] ?? '',
    installed: [...new Set(installed)],
  }
}
