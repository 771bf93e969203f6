/**
 * When what happens: requests of each day and their moments, users and apps that are there. All of it follows from the sizes of the
 * first day, so that a longer simulation begins with a shorter one.
 */
import { randomKey, randomUniform, shown } from '../base/index.js'
import { firstSecond, secondsPerDay, storeConstants } from './constants.js'
import { sizeInvalid } from './errors.js'

export interface StoreSizes {
  /** Users and apps on the first day; both grow. */
  readonly users: number
  readonly apps: number
  /** At least 3: the last for testing, the one before for validation. */
  readonly days: number
  /** About so many in all, to the next whole request. Default: a request of each user a day. */
  readonly impressions?: number | undefined
  readonly seed: number
}

export interface StorePlan {
  readonly days: number
  readonly requests: number
  /** Users who have joined, apps that are out, by the end of a day (from 0). */
  usersOn(day: number): number
  appsOn(day: number): number
  /** The first day on which an app is out. */
  releaseDay(app: number): number
  joinDay(user: number): number
  /** Requests before a day. */
  requestsBefore(day: number): number
  /** Seconds since 1970, never falling with the number of the request. */
  timeOf(request: number, day: number): number
}

/** Fewer than this, and a list of apps that are not installed yet could not be filled. */
const fewestApps = 20
const fewestDays = 3

export function createPlan({ users, apps, days, impressions, seed }: StoreSizes): StorePlan {
  const { positions, userGrowth, appGrowth, requestsPerUserDay } = storeConstants
  requireSizes({ users, apps, days, impressions: impressions ?? positions })
  /** Days weighted by their traffic, before a day. */
  const weightBefore = (day: number): number => day + (userGrowth * day * (day - 1)) / 2
  const perDay = impressions === undefined ? users * requestsPerUserDay : impressions / positions / weightBefore(days)
  // A hair is added, so that a quotient that is whole but for rounding stays whole.
  const requestsBefore = (day: number): number => Math.floor(perDay * weightBefore(day) + 1e-6)
  const jitter = randomKey(seed, 'jitter')
  return {
    days,
    requests: requestsBefore(days),
    usersOn: (day) => users + Math.floor(users * userGrowth * day),
    appsOn: (day) => apps + Math.floor(apps * appGrowth * day),
    releaseDay: (app) => firstDay(app, apps, appGrowth),
    joinDay: (user) => firstDay(user, users, userGrowth),
    requestsBefore,
    timeOf: (request, day) => {
      const first = requestsBefore(day)
      const share = (request - first + randomUniform(jitter, request)) / (requestsBefore(day + 1) - first)
      return firstSecond + day * secondsPerDay + Math.min(secondsPerDay - 1, Math.floor(secondAt(share)))
    },
  }
}

function requireSizes(sizes: Readonly<Record<'users' | 'apps' | 'days' | 'impressions', number>>): void {
  const minima = { users: 1, apps: fewestApps, days: fewestDays, impressions: storeConstants.positions }
  for (const [name, minimum] of Object.entries(minima)) {
    const got = sizes[name as keyof typeof sizes]
    if (!Number.isSafeInteger(got) || got < minimum) throw sizeInvalid({ name, minimum, got: shown(got) })
  }
}

/** The first day whose count, `initial + ⌊initial · growth · day⌋`, includes an index. */
function firstDay(index: number, initial: number, growth: number): number {
  if (index < initial) return 0
  let day = Math.max(1, Math.floor((index - initial + 1) / (initial * growth)) - 1)
  while (initial + Math.floor(initial * growth * day) <= index) day++
  return day
}

/** Share of a day's requests before each hour: most at eight in the evening, few at eight in the morning. */
const hourWeights = Array.from({ length: 24 }, (_, hour) => 1 + 0.7 * Math.cos((2 * Math.PI * (hour - 20)) / 24))
const total = hourWeights.reduce((sum, weight) => sum + weight, 0)
const sharesBefore = hourWeights.map((_, hour) => hourWeights.slice(0, hour).reduce((sum, w) => sum + w, 0) / total)

function secondAt(share: number): number {
  let hour = 23
  while (hour > 0 && (sharesBefore[hour] ?? 0) > share) hour--
  const inHour = ((share - (sharesBefore[hour] ?? 0)) * total) / (hourWeights[hour] ?? 1)
  return (hour + Math.min(1, inHour)) * 3600
}
