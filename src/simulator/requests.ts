/** The simulation itself: requests in order of time, each with what it showed, what came of it, and the truth about it. */
import { randomKey, randomUniform } from '../base/index.js'
import { createApps } from './apps.js'
import type { SimulatedApps } from './apps.js'
import { firstSecond, firstWeekday, secondsPerDay, storeConstants } from './constants.js'
import { createInstallLogit } from './install-logit.js'
import type { InstallLogit, Moment } from './install-logit.js'
import { createInstalledApps } from './installed-apps.js'
import { createOutcomes } from './outcomes.js'
import type { Outcome } from './outcomes.js'
import { createPlan } from './plan.js'
import type { StorePlan, StoreSizes } from './plan.js'
import { createPolicy } from './policy.js'
import { createUsers, deviceAt } from './users.js'
import type { SimulatedUsers } from './users.js'

export interface StoreOptions extends StoreSizes {
  /** Instead of the constant: for tests that need more installs in fewer rows. */
  readonly baseLogit?: number | undefined
}

export interface SimulatedImpression {
  readonly app: number
  /** From 0. */
  readonly position: number
  /** The parts of the logit of an install by one who examined it, and the probability of that. */
  readonly main: number
  readonly lowRank: number
  /** The part of `lowRank` that comes of the user's own taste. */
  readonly ownTaste: number
  readonly pairs: number
  readonly hourEffect: number
  readonly examined: number
  /** The true probability of an install. */
  readonly probability: number
  readonly outcome: Outcome
}

export interface SimulatedRequest extends Moment {
  readonly index: number
  readonly user: number
  readonly device: number
  /** Seconds since 1970. */
  readonly time: number
  readonly impressions: readonly SimulatedImpression[]
}

export interface AppStore {
  readonly plan: StorePlan
  readonly apps: SimulatedApps
  readonly users: SimulatedUsers
  /** All requests in order of time. A second call starts again. */
  requests(): Generator<SimulatedRequest, void, undefined>
}

/** Share of requests from another device than the user's own. */
const otherDevice = 0.1

/** Makes a store: every draw is a function of the seed and of an index. Memory: some hundred bytes a user and an app. */
export function createAppStore(options: StoreOptions): AppStore {
  const { seed, baseLogit = storeConstants.baseLogit } = options
  const plan = createPlan(options)
  const apps = createApps(plan.appsOn(plan.days - 1), options.apps, seed)
  const users = createUsers(apps, seed)
  const logit = createInstallLogit({ apps, seed, baseLogit, releaseDay: plan.releaseDay })
  return { plan, apps, users, requests: () => simulateRequests({ plan, apps, users, logit, seed }) }
}

interface Simulation {
  readonly plan: StorePlan
  readonly apps: SimulatedApps
  readonly users: SimulatedUsers
  readonly logit: InstallLogit
  readonly seed: number
}

function* simulateRequests(simulation: Simulation): Generator<SimulatedRequest, void, undefined> {
  const { plan, seed } = simulation
  const show = createDisplay(simulation)
  const keys = { user: randomKey(seed, 'who'), switch: randomKey(seed, 'switch'), device: randomKey(seed, 'device') }
  for (let day = 0; day < plan.days; day++) {
    const userCount = plan.usersOn(day)
    const weekday = (firstWeekday + day) % 7
    for (let index = plan.requestsBefore(day); index < plan.requestsBefore(day + 1); index++) {
      const time = plan.timeOf(index, day)
      const user = Math.floor(userCount * randomUniform(keys.user, index) ** storeConstants.loyalty)
      const isOther = randomUniform(keys.switch, index) < otherDevice
      const device = isOther ? deviceAt(randomUniform(keys.device, index)) : simulation.users.user(user).device
      const hour = Math.floor(((time - firstSecond) % secondsPerDay) / 3600)
      const request = { index, user, device, time, day, hour, weekday }
      yield { ...request, impressions: show(request) }
    }
  }
}

/** Shows a list and draws what comes of it; what was installed is on the device from then on. */
function createDisplay(
  simulation: Simulation,
): (request: Omit<SimulatedRequest, 'impressions'>) => SimulatedImpression[] {
  const { plan, apps, users, logit, seed } = simulation
  const installedApps = createInstalledApps(plan.usersOn(plan.days - 1), firstSecond)
  const policy = createPolicy(apps, seed)
  const outcomeOf = createOutcomes(seed)
  const taste = new Float64Array(storeConstants.rank)
  const ownTaste = new Float64Array(storeConstants.rank)
  const installed = new Int32Array(storeConstants.installedSlots)
  return (request) => {
    const { index, user, device, time, day, hour } = request
    if (!installedApps.isKnown(user))
      for (const app of users.initialInstalls(user, plan.appsOn(plan.joinDay(user)))) installedApps.add(user, app, 0)
    users.taste(user, { ...users.user(user), device }, taste)
    users.ownTaste(user, ownTaste)
    const installedCount = installedApps.before(user, time, installed)
    const list = policy({
      request: index,
      appCount: plan.appsOn(day),
      isExcluded: (app) => installedApps.has(user, app),
      liking: (app) => logit.lowRank(app, taste),
    })
    return list.map((app, position) => {
      const parts = {
        main: logit.main(app, request),
        lowRank: logit.lowRank(app, taste),
        ownTaste: logit.lowRank(app, ownTaste),
        pairs: logit.pairs(app, installed, installedCount),
        hourEffect: logit.hour(app, hour),
      }
      const examined = 1 / (1 + storeConstants.examinedDecay * position)
      const sum = parts.main + parts.lowRank + parts.pairs + parts.hourEffect
      const outcome = outcomeOf({ impression: index * storeConstants.positions + position, time, examined, logit: sum })
      if (outcome.installed) installedApps.add(user, app, outcome.installed.time)
      return { app, position, ...parts, examined, probability: examined * sigmoid(sum), outcome }
    })
  }
}

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}
