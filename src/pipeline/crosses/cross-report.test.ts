/** Reports of crosses whose every tuple is known. */
import { describe, expect, it } from 'vitest'
import type { Config, CrossDeclaration } from '../../features/index.js'
import { categorical, createEncoder, cross, learnCross } from '../../features/index.js'
import { crossReports, extremes } from './cross-report.js'
import { tupleNames } from './tuple-names.js'

const config: Config = {
  data: {},
  features: {
    country: categorical({ values: ['se', 'no'] }),
    hour: categorical({ values: 4 }),
    city: categorical({ hashBuckets: 9 }),
  },
  model: { wide: [cross('country', 'hour', { minCount: 3 }), cross('hour', 'country', { hashBuckets: 2 })] },
}

/** se & 1, no & 2, (missing) & (other), no & 0, se & 0: the last two are too rare. */
const tuples = Int32Array.of(2, 3, 3, 4, 0, 1, 3, 2, 2, 2)
const counts = [9, 5, 3, 2, 1]

async function bundleOf(
  weights: Readonly<Record<string, readonly number[]>>,
): Promise<Parameters<typeof crossReports>[0]> {
  const [exact, hashed] = config.model?.wide as readonly [CrossDeclaration, CrossDeclaration]
  const learned = async (declaration: CrossDeclaration) =>
    learnCross(declaration, {
      chunks: (async function* () {
        yield await Promise.resolve({ tuples, counts })
      })(),
    })
  const nothing = { json: {}, arrays: {} }
  const featureState = {
    columns: { country: nothing, hour: nothing, city: nothing },
    crosses: { [exact.name]: await learned(exact), [hashed.name]: await learned(hashed) },
  }
  return {
    config,
    featureState,
    encoder: createEncoder(config, featureState),
    readWeights: (table) => Float32Array.from(weights[table] ?? []),
  }
}

describe('the report of crosses', () => {
  it('counts tuples seen, too rare, zero and not zero, and names the strongest', async () => {
    const bundle = await bundleOf({ 'wide/country_x_hour': [7, -7, 0, -0.5, 1.5], 'wide/hour_x_country': [0, 0, 0, 2] })
    const [exact, hashed] = crossReports(bundle)
    expect(exact).toEqual({
      name: 'country_x_hour',
      features: ['country', 'hour'],
      isHashed: false,
      seen: 5,
      belowMinCount: 2,
      sharingBucket: 0,
      weights: 3,
      nonZero: 2,
      zero: 1,
      positive: [{ values: ['(missing)', '(other)'], weight: 1.5 }],
      negative: [{ values: ['no', '2'], weight: -0.5 }],
    })
    // Five tuples in two buckets: at least three are not alone.
    expect(hashed).toMatchObject({ seen: 5, belowMinCount: 0, nonZero: 1, positive: [], negative: [] })
    expect(hashed?.sharingBucket).toBeGreaterThanOrEqual(4)
    expect((hashed?.zero ?? 0) + 1).toBe(hashed?.weights)
  })

  it('does not know what a bundle of an earlier release did not count', async () => {
    const bundle = await bundleOf({ 'wide/hour_x_country': [0, 0, 1, 0] })
    const [exact] = Object.entries(bundle.featureState.crosses)
    const older = {
      ...bundle,
      featureState: { ...bundle.featureState, crosses: Object.fromEntries(exact ? [exact] : []) },
    }
    expect(crossReports(older)[1]).toMatchObject({ seen: null, weights: null, zero: null, nonZero: 1 })
  })

  it('finds the farthest weights of a sign, farthest first, the first of equals', () => {
    const weights = Float32Array.of(1, -3, 0, 5, 5, 2, -1, 9)
    expect(extremes(weights, 1)).toEqual([7, 3, 4])
    expect(extremes(weights, -1)).toEqual([1, 6])
  })

  it('names what has no token', async () => {
    const { encoder } = await bundleOf({})
    expect(tupleNames(encoder, ['country', 'hour', 'city'], [1, 0, 4])).toEqual(['(other)', '(missing)', '#4'])
  })
})
