/** What the store promises, read from requests in memory: draws by the truth, order in time, and requirements on the constants. */
import { describe, expect, it } from 'vitest'
import { randomInteger, randomKey } from '../base/index.js'
import { storeConstants } from './constants.js'
import { createAppStore } from './requests.js'
import type { SimulatedImpression, SimulatedRequest } from './requests.js'
import { areaOf, createScoreHistogram } from './score-histogram.js'
import { createTruthKeeper } from './truth.js'
import type { Truth } from './truth.js'

const sizes = { users: 2000, apps: 300, days: 14, seed: 1 }
const isInstalled = ({ outcome }: SimulatedImpression): boolean => outcome.installed !== null

interface Group {
  count: number
  installs: number
  expected: number
  variance: number
}

/** Sums by a name of each impression. */
function grouped(nameOf: (impression: SimulatedImpression, request: SimulatedRequest) => string): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const request of createAppStore(sizes).requests())
    for (const impression of request.impressions) {
      const name = nameOf(impression, request)
      const group = groups.get(name) ?? { count: 0, installs: 0, expected: 0, variance: 0 }
      group.count++
      group.installs += isInstalled(impression) ? 1 : 0
      group.expected += impression.probability
      group.variance += impression.probability * (1 - impression.probability)
      groups.set(name, group)
    }
  return groups
}

function truthOf(options: Parameters<typeof createAppStore>[0]): Truth {
  const store = createAppStore(options)
  const keeper = createTruthKeeper(store)
  for (const request of store.requests()) for (const impression of request.impressions) keeper.add(request, impression)
  return keeper.truth()
}

describe('the simulated app store', () => {
  it('draws labels by its true probabilities: installs of every tenth of them within five standard deviations', () => {
    const tenths = grouped(({ probability }) => String(Math.floor(probability * 10)))
    expect(tenths.size).toBeGreaterThan(6)
    for (const { installs, expected, variance } of tenths.values())
      expect(Math.abs(installs - expected)).toBeLessThan(5 * Math.sqrt(variance) + 1)
  })

  it('draws them so at every position and on every day, and installs fall with the position', () => {
    const positions = grouped(({ position }) => String(position))
    const days = grouped((_, { day }) => String(day))
    expect([positions.size, days.size]).toEqual([storeConstants.positions, sizes.days])
    for (const { installs, expected, variance } of [...positions.values(), ...days.values()])
      expect(Math.abs(installs - expected)).toBeLessThan(5 * Math.sqrt(variance))
    const rate = (position: number): number => {
      const { installs = 0, count = 1 } = positions.get(String(position)) ?? {}
      return installs / count
    }
    expect(rate(0)).toBeGreaterThan(1.2 * rate(1))
    expect(rate(0)).toBeGreaterThan(2 * rate(5))
  })

  it('shows lists of different apps that are out and not on the device, in order of time, more in the evening', () => {
    const store = createAppStore(sizes)
    const installs = new Map<number, number[]>()
    const byHour = new Float64Array(24)
    const faults: SimulatedRequest[] = []
    let last = 0
    for (const request of store.requests()) {
      const { time, impressions, user, day, hour } = request
      const apps = impressions.map(({ app }) => app)
      // The device keeps the newest apps: of its own installs at least the newest half of the slots are among them.
      const own = (installs.get(user) ?? []).slice(-storeConstants.installedSlots / 2)
      const isSound =
        time >= last &&
        new Set(apps).size === storeConstants.positions &&
        Math.max(...apps) < store.plan.appsOn(day) &&
        user < store.plan.usersOn(day) &&
        !apps.some((app) => own.includes(app))
      if (!isSound) faults.push(request)
      last = time
      byHour[hour] = (byHour[hour] ?? 0) + 1
      installs.set(user, [...own, ...impressions.filter(isInstalled).map(({ app }) => app)])
    }
    expect(faults).toEqual([])
    expect(byHour[20]).toBeGreaterThan(3 * (byHour[8] ?? 0))
  })

  it('lets nothing happen before its impression, nothing be known before it happens, and some be known late', () => {
    let [late, total] = [0, 0]
    const faults: SimulatedImpression[] = []
    for (const { time, impressions } of createAppStore(sizes).requests())
      for (const impression of impressions) {
        const { opened, installed } = impression.outcome
        const isSound = ({ time: moment, received }: { time: number; received: number }): boolean =>
          moment > time && moment - time < (storeConstants.slowHours + 1) * 3600 && received >= moment
        const events = [opened, installed].filter((event) => event !== null)
        if (!events.every(isSound) || (installed && !(opened && opened.time < installed.time))) faults.push(impression)
        total += events.length
        late += events.filter((event) => event.received - event.time > 600).length
      }
    expect(faults).toEqual([])
    expect(Math.abs(late / total - storeConstants.lateActions)).toBeLessThan(0.01)
  })

  it('gives every user an own taste of the declared share, which the low-rank part holds and no more than that', () => {
    let [own, all, product, count] = [0, 0, 0, 0]
    for (const { impressions } of createAppStore(sizes).requests())
      for (const { lowRank, ownTaste } of impressions) {
        own += ownTaste ** 2
        all += lowRank ** 2
        product += lowRank * ownTaste
        count++
      }
    const { ownTaste, tasteSpread } = storeConstants
    expect(Math.abs(own / count / (ownTaste * tasteSpread ** 2) - 1)).toBeLessThan(0.2)
    // The rest does not depend on it: what they have in common is the own part alone.
    expect(Math.abs(product / own - 1)).toBeLessThan(0.2)
    expect(all).toBeGreaterThan(5 * own)
  })

  it('lets a day be the same in a longer simulation', () => {
    const [short, long] = [createAppStore({ ...sizes, days: 4 }), createAppStore({ ...sizes, days: 9 })]
    const longer = long.requests()
    let count = 0
    for (const request of short.requests()) {
      expect(longer.next().value).toEqual(request)
      count++
    }
    expect(count).toBe(short.plan.requests)
    expect(short.plan.requests).toBe(long.plan.requestsBefore(4))
  })

  it('grows by users and apps that were not there before', () => {
    const { plan } = createAppStore({ ...sizes, days: 40 })
    expect([plan.usersOn(0), plan.appsOn(0)]).toEqual([sizes.users, sizes.apps])
    for (let user = 0; user < plan.usersOn(39); user++) {
      const day = plan.joinDay(user)
      expect(user).toBeLessThan(plan.usersOn(day))
      if (day > 0) expect(user).toBeGreaterThanOrEqual(plan.usersOn(day - 1))
    }
    expect(plan.releaseDay(plan.appsOn(39) - 1)).toBeGreaterThan(30)
  })

  it('has as many impressions as asked, to the request', () => {
    for (const impressions of [6, 1000, 300_000, 100_000_000]) {
      const { plan } = createAppStore({ ...sizes, impressions })
      expect(plan.requests).toBe(Math.floor(impressions / storeConstants.positions))
    }
  })

  it.each([
    ['users', { users: 0 }],
    ['apps', { apps: 19 }],
    ['days', { days: 2.5 }],
    ['impressions', { impressions: 5 }],
  ])('refuses too few %s', (name, wrong) => {
    expect(() => createAppStore({ ...sizes, ...wrong })).toThrow(`${name} of a simulation`)
  })
})

describe('the constants', () => {
  it.each([1, 2, 3])('keep what was asked of them, with seed %i', (seed) => {
    const { all, test, unseenPairs } = truthOf({ ...sizes, users: 4000, seed })
    for (const { bestAuc, parts, baseRate } of [all, test]) {
      expect(bestAuc).toBeGreaterThan((parts.particular ?? 1) + 0.03)
      expect(bestAuc).toBeGreaterThan((parts.lowRank ?? 1) + 0.015)
      expect(bestAuc).toBeGreaterThan((parts.withoutAppPairs ?? 1) + 0.015)
      expect(bestAuc).toBeLessThan(0.9)
      expect(parts.withoutOwnTaste).toBeLessThan(bestAuc ?? 0)
      expect(parts.withoutOwnTaste).toBeGreaterThan((bestAuc ?? 1) - 0.015)
      expect(baseRate).toBeGreaterThan(0.02)
      expect(baseRate).toBeLessThan(0.05)
    }
    expect(unseenPairs).toBeGreaterThan(0.3)
    expect(all.bestAucError).toBeLessThan(1e-4)
  })

  it('let no part say what another says', () => {
    const columns: [number, number, number][] = []
    for (const { impressions } of createAppStore(sizes).requests())
      for (const { lowRank, pairs, hourEffect } of impressions) columns.push([lowRank, pairs, hourEffect])
    const correlation = (a: 0 | 1 | 2, b: 0 | 1 | 2): number => {
      const mean = (of: (row: [number, number, number]) => number): number =>
        columns.reduce((sum, row) => sum + of(row), 0) / columns.length
      const [meanA, meanB] = [mean((row) => row[a]), mean((row) => row[b])]
      const covariance = mean((row) => (row[a] - meanA) * (row[b] - meanB))
      return covariance / Math.sqrt(mean((row) => (row[a] - meanA) ** 2) * mean((row) => (row[b] - meanB) ** 2))
    }
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      expect(Math.abs(correlation(a, b))).toBeLessThan(0.1)
  })
})

describe('the area in bins', () => {
  it('is the share of pairs in the right order, ties one half, within its bound', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const key = randomKey(seed, 'scores')
      const drawn = Array.from({ length: 200 }, (_, i) => ({
        score: (1 + randomInteger(key, 2 * i, 50)) / 60,
        label: randomInteger(key, 2 * i + 1, 3) === 0 ? (1 as const) : (0 as const),
      }))
      const [first, second] = [createScoreHistogram(), createScoreHistogram()]
      for (const [i, { score, label }] of drawn.entries()) (i % 2 === 0 ? first : second).add(score, label)
      const [ones, zeros] = [drawn.filter(({ label }) => label === 1), drawn.filter(({ label }) => label === 0)]
      let right = 0
      for (const a of ones) for (const b of zeros) right += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0
      const { auc, error } = areaOf([first, second])
      expect(Math.abs((auc ?? 0) - right / ones.length / zeros.length)).toBeLessThanOrEqual(error)
      expect(auc).toBeCloseTo(right / ones.length / zeros.length, 12)
    }
    expect(areaOf([createScoreHistogram()])).toEqual({ auc: null, error: 0 })
  })
})
