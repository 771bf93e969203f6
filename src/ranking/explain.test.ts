import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { randomStoreRow, withRandomBundle } from '../../test/explained-bundle.js'
import type { StoreBundle } from '../../test/explained-bundle.js'
import { calibratorOf } from '../calibration/index.js'
import type { ModelDeclaration } from '../features/index.js'
import { explain, openExplainer } from './explain.js'
import type { Explanation, ExplanationPart, PartKind } from './explanation.js'

const rowCount = 5

const sumOf = (parts: readonly ExplanationPart[]): number =>
  parts.reduce((sum, { contribution }) => sum + contribution, 0)
const ofKind = ({ parts }: Explanation, kind: PartKind): readonly ExplanationPart[] =>
  parts.filter((part) => part.kind === kind)
/** The residue as a share of all that is moved; scores are float32, explanations float64. */
const residueShare = (explanation: Explanation): number =>
  Math.abs(sumOf(ofKind(explanation, 'residue'))) /
  explanation.parts.reduce((sum, { contribution }) => sum + Math.abs(contribution), 1)

/** Explanations of some random rows. */
const explainRows = (options: StoreBundle): Promise<Explanation[]> =>
  withRandomBundle(options, async (bundle) => {
    const explainer = await openExplainer(bundle)
    const all: Explanation[] = []
    for (let row = 0; row < rowCount; row++) all.push(await explainer.explain(randomStoreRow(row)))
    await explainer.close()
    return all
  })

const expectSum = (explanation: Explanation, largestResidue: number): void => {
  const { baseline, logit, parts } = explanation
  expect(Math.abs(baseline.logit + sumOf(parts) - logit)).toBeLessThan(1e-9)
  expect(residueShare(explanation)).toBeLessThan(largestResidue)
}
/** Float32 rounding of the score. */
const rounding = 1e-6

type Case = readonly [name: string, model: ModelDeclaration, method: Explanation['method']]
const deep = { embedding: 4, hidden: [8, 6] }
const cases: readonly Case[] = [
  ['wide-deep', { architecture: 'wide-deep' }, 'deeplift'],
  ['deepfm', { architecture: 'deepfm' }, 'deeplift'],
  ['dcn', { architecture: 'dcn' }, 'integrated-gradients'],
  ['dcn-v2', { architecture: 'dcn-v2' }, 'integrated-gradients'],
  ['dcn-v2', { architecture: { name: 'dcn-v2', structure: 'stacked', rank: 2 } }, 'integrated-gradients'],
  ['din', { architecture: { name: 'din', length: 3 } }, 'integrated-gradients'],
  ['finalmlp', { architecture: { name: 'finalmlp', secondHidden: [6] } }, 'integrated-gradients'],
  ['xdeepfm', { architecture: { name: 'xdeepfm', interactions: [3, 3] } }, 'integrated-gradients'],
  ['autoint', { architecture: { name: 'autoint', size: 4 } }, 'integrated-gradients'],
  ['wide-deep', { deep: false }, 'linear'],
  ['wide-deep', { wide: false }, 'deeplift'],
  ['wide-deep', { deep: { ...deep, normalization: 'batch' } }, 'deeplift'],
  ['wide-deep', { deep: { ...deep, normalization: 'layer' } }, 'integrated-gradients'],
  ...(['tanh', 'sigmoid', 'leakyRelu', 'elu', 'selu', 'gelu', 'swish', 'prelu', 'dice'] as const).map(
    (activation): Case => ['wide-deep', { deep: { ...deep, activation } }, 'deeplift'],
  ),
  ['wide-deep', { deep: { ...deep, activation: 'linear' } }, 'linear'],
]

describe('an explanation', () => {
  for (const [name, model, method] of cases) {
    it(`adds up to the logit for ${name} ${JSON.stringify(model)}`, async () => {
      for (const explanation of await explainRows({ model })) {
        expect(explanation.method).toBe(method)
        expectSum(explanation, method === 'integrated-gradients' ? 0.01 : rounding)
        expect(explanation.parts.at(-1)?.kind).toBe('residue')
        expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation)
      }
    })
  }

  it('has a case for every architecture', () => {
    const files = readdirSync(new URL('../model/architectures', import.meta.url))
    const names = files.map((file) => file.replace(/\.ts$/, ''))
    const own = names.filter((name) => !/^(architecture|fields|terms|index)$|\.test$/.test(name))
    expect([...new Set(cases.map(([name]) => name))].sort()).toEqual(own.sort())
  })

  it('is the scorer’s logit and score, before and after calibration', async () => {
    const calibration = calibratorOf('platt').fromJSON({ method: 'platt', slope: 0.5, intercept: -1 })
    const record = { method: 'platt', rows: 10, source: 'test' }
    await withRandomBundle({ calibration: { calibration, record } }, async (bundle) => {
      const row = randomStoreRow(3)
      const found = await explain(bundle, row)
      const features = bundle.encoder.encode([row])
      expect(found.logit).toBe((await bundle.logits(features))[0])
      expect(found.score).toBe((await bundle.score(features))[0])
      expect(found).toMatchObject({ head: 'binary', calibration: 'platt', label: null })
    })
  })

  it('is of the class that ranks, else of the likeliest', async () => {
    const labels = ['no', 'maybe', 'yes']
    const options = { model: { head: 'multiclass' }, labels } as const
    for (const explanation of await explainRows({ ...options, data: { label: { positiveLabel: 'maybe' } } })) {
      expect(explanation.label).toBe('maybe')
      expectSum(explanation, rounding)
    }
    await withRandomBundle(options, async (bundle) => {
      const row = randomStoreRow(5)
      const logits = await bundle.logits(bundle.encoder.encode([row]))
      const explanation = await explain(bundle, row)
      expect(explanation.logit).toBe(Math.max(...logits))
      expect(explanation.label).toBe(labels[logits.indexOf(explanation.logit)])
      expectSum(explanation, rounding)
    })
  })
})

/** A linear model spelled out: bias, weights of ids, pairs and numbers. */
describe('the wide part', () => {
  it('is each weight that the row meets, against brute force', async () => {
    await withRandomBundle({ model: { deep: false } }, async (bundle) => {
      const constants = bundle.denseWeights()
      const row = {
        country: 'FR', // id 3
        installed: ['maps', 'x9', 'chess'], // ids 3, 1, 2
        topics: [],
        age: 3,
        app: 'maps', // id 3
        category: null, // id 0
        tags: ['free', 'new'], // ids 3, 2
        tag_weights: [0.5, 2],
        price: null,
        hour: 7, // id 9
        marks: ['x9'], // id 1
      }
      const found = await explain(bundle, row)
      const weight = (table: string, id: number): number => bundle.readRow(`wide/${table}`, id)[0] ?? Number.NaN
      const tuple = (name: string, index: number): number => weight(name, 2 + index)
      const numbers = constants['wide/numbers'] ?? []
      const logMean = (Math.log(2) + Math.log(3) + Math.log(6)) / 3
      const expected: [kind: PartKind, value: string, contribution: number][] = [
        ['bias', '', constants['bias']?.[0] ?? Number.NaN],
        ['wide', 'country=FR', weight('country', 3)],
        ['wide', 'installed=maps', weight('installed', 3)],
        ['wide', 'installed=x9', weight('installed', 1)],
        ['wide', 'installed=chess', weight('installed', 2)],
        ['wide', 'app=maps', weight('app', 3)],
        ['wide', 'category=(unknown)', weight('category', 0)],
        ['wide', 'tags=free', 0.5 * weight('tags', 3)],
        ['wide', 'tags=new', 2 * weight('tags', 2)],
        ['wide', 'hour=7', weight('hour', 9)],
        ['wide', 'marks=x9', weight('marks', 1)],
        // The tuples that were learned: (2, 2), (2, 3), (3, 2), (4, 4), (3, 5).
        ['cross', 'installed=maps and app=maps', weight('installed_x_app', 1)],
        ['cross', 'installed=x9 and app=maps', weight('installed_x_app', 1)],
        ['cross', 'installed=chess and app=maps', tuple('installed_x_app', 1)],
        ['cross', 'country=FR and app=maps', weight('country_x_app', 1)],
        ['wide', 'age=3', (numbers[0] ?? 0) * 3],
        ['wide', 'price=(unknown)', (numbers[2] ?? 0) * logMean],
      ]
      expect(found.parts.slice(0, -1).map(({ kind, value, contribution }) => [kind, value, contribution])).toEqual(
        expected.map(([kind, value, contribution]): unknown[] => [kind, value, expect.closeTo(contribution, 6)]),
      )
      expect(Math.abs(found.baseline.logit)).toBeLessThan(1e-12)
      const byValue = (value: string): ExplanationPart | undefined => found.parts.find((part) => part.value === value)
      expect(byValue('installed=x9')).toMatchObject({ isKnown: false, element: 1, seen: null })
      expect(byValue('installed=chess and app=maps')).toMatchObject({
        isKnown: true,
        seen: 8,
        values: ['chess', 'maps'],
      })
      expect(byValue('country=FR')?.seen).toBe(5)
      // Counted for the feature that owns the vocabulary.
      expect(byValue('installed=maps')?.seen).toBeNull()
      expect(byValue('app=maps')?.seen).toBe(5)
      expect(byValue('country=FR and app=maps')?.seen).toBeNull()
      expect(byValue('tags=free')?.weight).toBeCloseTo(weight('tags', 3), 6)
    })
  })

  it('divides the weights of a list as its combiner says', async () => {
    await withRandomBundle({ model: { deep: false, wide: { combiner: 'sqrtn' } } }, async (bundle) => {
      const found = await explain(bundle, { tags: ['free', 'new'], tag_weights: [3, 4] })
      const weight = bundle.readRow('wide/tags', 3)[0] ?? Number.NaN
      expect(found.parts.find(({ value }) => value === 'tags=free')?.contribution).toBeCloseTo((3 / 5) * weight, 6)
      expectSum(found, rounding)
    })
  })
})

describe('the deep part', () => {
  const linearTower = { wide: false, deep: { embedding: 4, hidden: [5], activation: 'linear' } } as const

  it('is nothing for the baseline itself, and nothing for columns that are as in the baseline', async () => {
    await withRandomBundle({}, async (bundle) => {
      const nothing = await explain(bundle, {})
      expect(ofKind(nothing, 'deep').map(({ contribution }) => Math.abs(contribution))).toEqual(
        ofKind(nothing, 'deep').map(() => 0),
      )
      expect(nothing.baseline.row).toEqual({})
      const row = { country: 'DE', installed: ['maps', 'news'] }
      const moved = ofKind(await explain(bundle, row), 'deep').filter(({ contribution }) => contribution !== 0)
      expect(moved.map(({ value, element }) => [value, element])).toEqual([
        ['country=DE', undefined],
        ['installed=maps', 0],
        ['installed=news', 1],
      ])
    })
  })

  it('of a linear tower is what each column changes alone', async () => {
    await withRandomBundle({ model: linearTower }, async (bundle) => {
      const row = randomStoreRow(2)
      const found = await explain(bundle, row)
      const alone = async (names: readonly string[]): Promise<number> => {
        const some = Object.fromEntries(names.map((name) => [name, row[name]]))
        const [own = 0, base = 0] = await bundle.logits(bundle.encoder.encode([some, {}]))
        return own - base
      }
      for (const name of Object.keys(row).filter((one) => one !== 'tag_weights')) {
        const own = found.parts.filter(({ columns }) => columns[0] === name)
        expect(sumOf(own), name).toBeCloseTo(await alone(name === 'tags' ? ['tags', 'tag_weights'] : [name]), 4)
      }
    })
  })

  it('compares with the baseline that it is given, lists element by element', async () => {
    await withRandomBundle({ model: { wide: false } }, async (bundle) => {
      const baseline = randomStoreRow(7)
      const itself = await explain(bundle, baseline, { baseline })
      const features = bundle.encoder.encode([baseline])
      const bias = sumOf(ofKind(itself, 'bias'))
      expect(itself.baseline.logit + bias).toBeCloseTo((await bundle.logits(features))[0] ?? 0, 4)
      const other = await explain(
        bundle,
        { ...baseline, topics: ['art'] },
        { baseline: { ...baseline, topics: ['sport'] } },
      )
      const topics = other.parts.filter(({ columns }) => columns[0] === 'topics')
      expect(topics.map(({ value }) => value)).toEqual(['topics=art', 'topics=(unknown)'])
      expectSum(other, rounding)
    })
  })

  it('tells the values of a sequence apart', async () => {
    await withRandomBundle({ model: { wide: false, architecture: { name: 'din', length: 2 } } }, async (bundle) => {
      const found = await explain(bundle, { app: 'chess', installed: ['radio', 'maps', 'news'] })
      const installed = found.parts.filter(({ columns }) => columns[0] === 'installed')
      expect(installed.map(({ value, element }) => [value, element])).toEqual([
        ['installed=maps', 1],
        ['installed=news', 2],
      ])
      expect(installed.every(({ contribution }) => contribution !== 0)).toBe(true)
    })
  })
})

describe('openExplainer', () => {
  it('answers the same for rows in any order', async () => {
    await withRandomBundle({ model: { architecture: 'dcn-v2' } }, async (bundle) => {
      const explainer = await openExplainer(bundle)
      const first = await explainer.explain(randomStoreRow(1))
      const others = await Promise.all([2, 1, 3].map((seed) => explainer.explain(randomStoreRow(seed))))
      expect(others[1]).toEqual(first)
      await explainer.close()
    })
  })
})
