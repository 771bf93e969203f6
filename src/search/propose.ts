/**
 * What to try next: at random at first, then by a tree-structured Parzen estimator (TPE; Bergstra et al. 2011). The better
 * trials give the density `l`, all others `g`; of some draws from `l` the one with the largest `l/g` is proposed, which is
 * the one of largest expected improvement. Dimensions are independent, as in the paper.
 */
import { randomKey, randomUniform } from '../base/index.js'
import type { ChoiceDimension, NumberDimension, SearchSpace, Settings, SettingValue } from '../space/index.js'
import { drawSettings, unitOf, valueAt } from './dimension.js'
import { choiceProbabilities, parzenDensity } from './parzen.js'

/** What is known of one trial: how far it came and its loss there; a trial still running has none. */
export interface Observation {
  readonly settings: Settings
  readonly rung: number
  /** Lower is better; infinite where training failed; `null` while nothing is known. */
  readonly loss: number | null
}

/** γ of the paper: the share of trials that count as good. */
const goodShare = 0.15
/** Draws from `l` that `l/g` chooses from. */
const candidateCount = 24
/** Finished trials before the estimator is believed. */
export const startupTrials = (dimensions: number): number => Math.max(6, dimensions + 2)
/** Proposals that equal an earlier trial are drawn again, so many times. */
const mostAttempts = 200
/** From this attempt on proposals are random: what the estimator insists on has been tried. */
const estimatedAttempts = 8

/** Proposes the settings of a trial: a pure function of what is known, the seed and the trial's number. */
export function proposeSettings(
  space: SearchSpace,
  known: readonly Observation[],
  { seed, trial }: { readonly seed: number; readonly trial: number },
): Settings {
  const tried = new Set(known.map(({ settings }) => JSON.stringify(settings)))
  const finished = known.filter(({ loss }) => loss !== null && Number.isFinite(loss))
  const isEstimating = finished.length >= startupTrials(Object.keys(space).length)
  let settings: Settings = {}
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const counter = trial * mostAttempts + attempt
    settings =
      isEstimating && attempt < estimatedAttempts
        ? estimatedSettings(space, known, { seed, counter })
        : drawSettings(space, seed, counter)
    if (!tried.has(JSON.stringify(settings))) break
  }
  return settings
}

interface Draw {
  readonly seed: number
  readonly counter: number
}

function estimatedSettings(space: SearchSpace, known: readonly Observation[], draw: Draw): Settings {
  const { good, bad } = splitTrials(known)
  return Object.fromEntries(
    Object.entries(space).map(([path, dimension]) => {
      const valuesOf = (trials: readonly Observation[]): SettingValue[] =>
        trials.map(({ settings }) => settings[path] ?? null)
      const key = randomKey(draw.seed, 'tpe', path)
      const sets = { good: valuesOf(good), bad: valuesOf(bad), key, counter: draw.counter }
      return [path, dimension.kind === 'choice' ? bestChoice(dimension, sets) : bestNumber(dimension, sets)]
    }),
  )
}

/**
 * The good and the bad trials. A trial that was promoted further ranks above those that were not, whatever their losses:
 * more epochs tell more (as BOHB believes the largest budget). Running trials count as bad, so that workers do not crowd.
 */
export function splitTrials(known: readonly Observation[]): { good: Observation[]; bad: Observation[] } {
  const lossOf = ({ loss }: Observation): number => loss ?? Infinity
  const rungOf = (trial: Observation): number => (Number.isFinite(lossOf(trial)) ? trial.rung : -1)
  const compareLoss = (a: Observation, b: Observation): number =>
    lossOf(a) === lossOf(b) ? 0 : lossOf(a) < lossOf(b) ? -1 : 1
  const ranked = [...known].sort((a, b) => rungOf(b) - rungOf(a) || compareLoss(a, b))
  const finished = ranked.filter((trial) => Number.isFinite(lossOf(trial))).length
  const goodCount = Math.ceil(goodShare * finished)
  return { good: ranked.slice(0, goodCount), bad: ranked.slice(goodCount) }
}

interface Sets {
  readonly good: readonly SettingValue[]
  readonly bad: readonly SettingValue[]
  readonly key: number
  readonly counter: number
}

function bestNumber(dimension: NumberDimension, { good, bad, key, counter }: Sets): number {
  const units = (values: readonly SettingValue[]): number[] => values.map((value) => unitOf(dimension, Number(value)))
  const [l, g] = [parzenDensity(units(good)), parzenDensity(units(bad))]
  const values = Array.from({ length: candidateCount }, (_, index) =>
    valueAt(dimension, l.draw(key, counter * candidateCount + index)),
  )
  return best(values, (value) => {
    const unit = unitOf(dimension, value)
    return l.density(unit) / g.density(unit)
  })
}

/** Candidates are drawn from `l` here too: with few draws a choice that was never good may still come up. */
function bestChoice({ values }: ChoiceDimension, { good, bad, key, counter }: Sets): SettingValue {
  const texts = values.map((value) => JSON.stringify(value))
  const indexes = (given: readonly SettingValue[]): number[] =>
    given.map((value) => texts.indexOf(JSON.stringify(value))).filter((index) => index >= 0)
  const [l, g] = [choiceProbabilities(indexes(good), values.length), choiceProbabilities(indexes(bad), values.length)]
  const drawn = Array.from({ length: candidateCount }, (_, index) =>
    indexAt(l, randomUniform(key, counter * candidateCount + index)),
  )
  return values[best(drawn, (index) => (l[index] ?? 0) / (g[index] ?? 1))] ?? null
}

/** The index that a uniform number falls on. */
function indexAt(probabilities: readonly number[], uniform: number): number {
  let sum = 0
  const found = probabilities.findIndex((probability) => (sum += probability) > uniform)
  return found < 0 ? probabilities.length - 1 : found
}

/** The value with the highest worth; the first of equals. */
function best(values: readonly number[], worth: (value: number) => number): number {
  const worths = values.map(worth)
  return values[worths.indexOf(Math.max(...worths))] ?? 0
}
