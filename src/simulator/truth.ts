/** How well the truth itself does against what happened: what no model can be expected to beat, and what parts of the truth reach. */
import { secondsPerDay } from './constants.js'
import { createPairCensus } from './pair-census.js'
import { sigmoid } from './requests.js'
import type { AppStore, SimulatedImpression, SimulatedRequest } from './requests.js'
import { areaOf, createScoreHistogram } from './score-histogram.js'
import type { ScoreHistogram } from './score-histogram.js'

/** AUC of parts of the truth, each with main effects and position: what a model of that part alone can reach at best. */
export interface PartAreas {
  /** No particular pairs: what deep alone generalises to. */
  readonly lowRank: number | null
  /** No tastes: what wide alone memorises. */
  readonly particular: number | null
  /** Tastes and (category, hour), no pairs of apps: (category, hour) has few values, and embeddings may hold them too. */
  readonly withoutAppPairs: number | null
  /** All but each user's own part of a taste, which no column says: about what a model can know of a user who has done little yet. */
  readonly withoutOwnTaste: number | null
}

export interface TruthOfRows {
  readonly impressions: number
  readonly installs: number
  readonly baseRate: number
  /** AUC and log loss of the true probabilities against the labels that were drawn from them. */
  readonly bestAuc: number | null
  /** The exact area lies within `bestAuc` ± this. */
  readonly bestAucError: number
  readonly bestLogLoss: number
  readonly parts: PartAreas
}

export interface Truth {
  readonly all: TruthOfRows
  /** The last 24 hours of impressions, the test split of the config. */
  readonly test: TruthOfRows
  /** Share of the different (user, app) pairs of the test split that the training split does not have. */
  readonly unseenPairs: number | null
}

export interface TruthKeeper {
  add(request: SimulatedRequest, impression: SimulatedImpression): void
  truth(): Truth
}

/** Memory: 64 MB of histograms, at most 32 MB of pairs, whatever the number of impressions. */
export function createTruthKeeper({ plan, apps }: Pick<AppStore, 'plan' | 'apps'>): TruthKeeper {
  const [earlier, test] = [createTally(), createTally()]
  const pairs = createPairCensus(plan.usersOn(plan.days - 1), apps.count)
  const latest = plan.timeOf(plan.requests - 1, plan.days - 1)
  // As the split of the config has it: a duration back from the latest impression is open at its far end.
  const [testFrom, validationFrom] = [latest - secondsPerDay, latest - 2 * secondsPerDay]
  return {
    add: ({ user, time }, impression) => {
      const isTest = time > testFrom
      addTo(isTest ? test : earlier, impression)
      if (isTest) pairs.addTest(user, impression.app)
      else if (time <= validationFrom) pairs.addTraining(user, impression.app)
    },
    truth: () => ({ all: truthOf([earlier, test]), test: truthOf([test]), unseenPairs: pairs.unseenShare() }),
  }
}

interface Tally {
  impressions: number
  installs: number
  loss: number
  readonly best: ScoreHistogram
  readonly lowRank: ScoreHistogram
  readonly particular: ScoreHistogram
  readonly withoutAppPairs: ScoreHistogram
  readonly withoutOwnTaste: ScoreHistogram
}

function createTally(): Tally {
  const [best, lowRank] = [createScoreHistogram(), createScoreHistogram()]
  const [particular, withoutAppPairs] = [createScoreHistogram(), createScoreHistogram()]
  const withoutOwnTaste = createScoreHistogram()
  return { impressions: 0, installs: 0, loss: 0, best, lowRank, particular, withoutAppPairs, withoutOwnTaste }
}

function addTo(tally: Tally, impression: SimulatedImpression): void {
  const { main, lowRank, ownTaste, pairs, hourEffect, examined, probability, outcome } = impression
  const label = outcome.installed ? 1 : 0
  tally.impressions++
  tally.installs += label
  tally.loss -= Math.log(label === 1 ? probability : 1 - probability)
  tally.best.add(probability, label)
  tally.lowRank.add(examined * sigmoid(main + lowRank), label)
  tally.particular.add(examined * sigmoid(main + pairs + hourEffect), label)
  tally.withoutAppPairs.add(examined * sigmoid(main + lowRank + hourEffect), label)
  tally.withoutOwnTaste.add(examined * sigmoid(main + lowRank - ownTaste + pairs + hourEffect), label)
}

function truthOf(tallies: readonly Tally[]): TruthOfRows {
  const sum = (key: 'impressions' | 'installs' | 'loss'): number =>
    tallies.reduce((total, tally) => total + tally[key], 0)
  const area = (key: 'best' | keyof PartAreas) => areaOf(tallies.map((tally) => tally[key]))
  const [impressions, installs, best] = [sum('impressions'), sum('installs'), area('best')]
  return {
    impressions,
    installs,
    baseRate: installs / impressions,
    bestAuc: best.auc,
    bestAucError: best.error,
    bestLogLoss: sum('loss') / impressions,
    parts: {
      lowRank: area('lowRank').auc,
      particular: area('particular').auc,
      withoutAppPairs: area('withoutAppPairs').auc,
      withoutOwnTaste: area('withoutOwnTaste').auc,
    },
  }
}
