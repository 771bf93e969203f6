import { describe, expect, it } from 'vitest'
import { choice, integerRange, logRange, range } from '../space/index.js'
import type { Settings } from '../space/index.js'
import { drawSettings } from './dimension.js'
import { proposeSettings, splitTrials, startupTrials } from './propose.js'
import type { Observation } from './propose.js'

const space = {
  rate: logRange(1e-4, 1),
  dropout: range(0, 0.8),
  width: choice([16, 32, 64, 128]),
  layers: integerRange(1, 5),
}

/** Best at rate 0.01, dropout 0.2, width 64, 3 layers. */
function loss(settings: Settings): number {
  const rate = Math.log10(Number(settings['rate'])) + 2
  const dropout = Number(settings['dropout']) - 0.2
  const layers = Number(settings['layers']) - 3
  return rate * rate + 4 * dropout * dropout + (settings['width'] === 64 ? 0 : 0.3) + 0.05 * layers * layers
}

function search(seed: number, trials: number, isRandom = false): Observation[] {
  const known: Observation[] = []
  for (let trial = 1; trial <= trials; trial++) {
    const settings = isRandom ? drawSettings(space, seed, trial) : proposeSettings(space, known, { seed, trial })
    known.push({ settings, rung: 0, loss: loss(settings) })
  }
  return known
}

const bestOf = (known: readonly Observation[]): number => Math.min(...known.map((one) => one.loss ?? Infinity))
const seeds = Array.from({ length: 40 }, (_, seed) => seed + 1)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('proposals', () => {
  it('beat random search on average, with as many trials', () => {
    const random = seeds.map((seed) => bestOf(search(seed, 30, true)))
    const estimated = seeds.map((seed) => bestOf(search(seed, 30)))
    expect(mean(estimated)).toBeLessThan(0.8 * mean(random))
    const wins = seeds.filter((_, index) => (estimated[index] ?? 1) < (random[index] ?? 0)).length
    expect(wins).toBeGreaterThan(24)
  })

  it('are a pure function of what is known, the seed and the trial', () => {
    expect(search(5, 20)).toEqual(search(5, 20))
    expect(search(5, 20)).not.toEqual(search(6, 20))
    const known = search(5, 12)
    expect(proposeSettings(space, known, { seed: 5, trial: 13 })).toEqual(search(5, 13)[12]?.settings)
  })

  it('are random until enough trials have ended well', () => {
    const failed = Array.from({ length: 9 }, (_, trial) => ({ ...observation(0.1 * trial, 0), loss: Infinity }))
    const one = { a: range(0, 1) }
    const proposed = proposeSettings(one, failed, { seed: 1, trial: 10 })
    expect(proposed).toEqual(drawSettings(one, 1, 10 * 200))
    expect(startupTrials(1)).toBe(6)
    expect(startupTrials(9)).toBe(11)
  })

  it('stay clear of running trials', () => {
    const one = { a: range(0, 1) }
    const done = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9].map((a) => observation(a, Math.abs(a - 0.5)))
    const running = Array.from({ length: 6 }, (_, index) => ({ ...observation(0.49 + index / 200, 0), loss: null }))
    const distance = (known: readonly Observation[]): number =>
      mean(seeds.map((seed) => Math.abs(Number(proposeSettings(one, known, { seed, trial: 14 })['a']) - 0.5)))
    expect(distance([...done, ...running])).toBeGreaterThan(2 * distance(done))
  })

  it('do not repeat a trial while there is another', () => {
    const small = { a: choice([1, 2, 3]), b: integerRange(1, 4) }
    const known: Observation[] = []
    for (let trial = 1; trial <= 12; trial++) {
      const settings = proposeSettings(small, known, { seed: 3, trial })
      known.push({ settings, rung: 0, loss: Number(settings['b']) })
    }
    expect(new Set(known.map(({ settings }) => JSON.stringify(settings))).size).toBe(12)
  })
})

function observation(a: number, loss: number, rung = 0): Observation {
  return { settings: { a }, rung, loss }
}

describe('good and bad trials', () => {
  it('ranks by rung, then loss; failed and running ones are bad', () => {
    const known = [
      observation(1, 0.1),
      observation(2, 0.5, 1),
      observation(3, 0.4, 1),
      { ...observation(4, 0, 2), loss: Infinity },
      { ...observation(5, 0), loss: null },
      ...Array.from({ length: 9 }, (_, index) => observation(6 + index, 1 + index)),
    ]
    const { good, bad } = splitTrials(known)
    // 12 ended well, and 0.15 of 12 is 1.8.
    expect(good.map(({ settings }) => settings['a'])).toEqual([3, 2])
    expect(bad[0]?.settings['a']).toBe(1)
    expect(bad).toHaveLength(12)
  })
})
