/** Bundles with random weights: real ones, written and opened, without a training. What tests of explanations take apart. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomInteger, randomKey, randomUniform } from '../src/base/index.js'
import type { LearnedCalibration } from '../src/calibration/index.js'
import { allFeatures, categorical, cross, indicator, kindOf, learnCross } from '../src/features/index.js'
import { declaredCrosses, list, numeric } from '../src/features/index.js'
import type { Config, FeatureState, ModelDeclaration, RawValue, Statistics } from '../src/features/index.js'
import { openBundle } from '../src/model/index.js'
import type { Bundle } from '../src/model/index.js'
import { writeRandomBundle } from './random-bundle.js'
import type { RandomBundle } from './random-bundle.js'

/** Features of an app store: single values, lists with each combiner, weights, an indicator, numbers with and without missing ones. */
export const storeFeatures: Config['features'] = {
  user: {
    country: categorical(),
    installed: list(categorical({ sharedWith: 'app' })),
    topics: list(categorical(), { combiner: 'sum' }),
    age: numeric(),
  },
  item: {
    app: categorical(),
    category: indicator(categorical()),
    tags: list(categorical(), { combiner: 'sqrtn', weights: 'tag_weights' }),
    price: numeric({ normalize: 'log' }),
  },
  context: { hour: categorical({ values: 24 }), marks: indicator(list(categorical())) },
}

const storeCrosses = [cross('installed', 'app'), cross('country', 'app'), cross('topics', 'hour', { hashBuckets: 30 })]

/** Tokens that each feature has learned; `x9` and such are not among them. */
const tokens: Readonly<Record<string, readonly string[]>> = {
  country: ['DE', 'FR', 'US'],
  app: ['chess', 'maps', 'news', 'radio', 'weather'],
  topics: ['art', 'sport', 'travel'],
  category: ['game', 'tool'],
  tags: ['new', 'free', 'top'],
  marks: ['a', 'b', 'c', 'd'],
}

async function* once<T>(chunk: T): AsyncIterable<T> {
  yield chunk
}

function statisticsOf(name: string, learnsFrom: string): Statistics {
  if (learnsFrom === 'tokens') {
    const own = tokens[name] ?? []
    return { kind: 'tokens', chunks: once({ tokens: own, counts: own.map(() => 5) }), missingCount: 1 }
  }
  if (learnsFrom === 'nothing') return { kind: 'nothing' }
  const chunks = once({ numbers: Float64Array.of(1, 2, 5), counts: [1, 1, 1] })
  return { kind: 'numbers', chunks, valueCount: 3, missingCount: name === 'age' ? 1 : 0 }
}

async function learnState(config: Config, labels: readonly string[] | undefined): Promise<FeatureState> {
  const columns: Record<string, FeatureState['columns'][string]> = {}
  for (const [name, declaration] of Object.entries(allFeatures(config))) {
    const kind = kindOf(declaration)
    columns[name] = await kind.learn(declaration, statisticsOf(name, kind.learnsFrom(declaration)))
  }
  const crosses: Record<string, FeatureState['crosses'][string]> = {}
  for (const declaration of declaredCrosses(config.model)) {
    // Ids begin at 2: of these pairs some occur in rows and some do not.
    const tuples = Int32Array.from([2, 2, 2, 3, 3, 2, 4, 4, 3, 5])
    crosses[declaration.name] = await learnCross(declaration, { chunks: once({ tuples, counts: [9, 8, 7, 6, 5] }) })
  }
  return { columns, crosses, ...(labels ? { labels } : {}) }
}

export interface StoreBundle {
  readonly model?: ModelDeclaration
  readonly data?: Config['data']
  readonly features?: Config['features']
  /** Of a head that has classes. */
  readonly labels?: readonly string[]
  readonly calibration?: LearnedCalibration
  readonly seed?: number
}

/** Writes and opens a bundle, hands it to `use` and removes it. */
export async function withRandomBundle<T>(options: StoreBundle, use: (bundle: Bundle) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'widedeep-random-'))
  try {
    await writeRandomBundle(join(home, 'bundle'), await storeBundle(options))
    const bundle = await openBundle(join(home, 'bundle'))
    try {
      return await use(bundle)
    } finally {
      await bundle.close()
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function storeBundle(options: StoreBundle): Promise<RandomBundle> {
  const { model, data = {}, features = storeFeatures, labels, calibration = null, seed = 1 } = options
  const config: Config = {
    data,
    features,
    model: { wide: storeCrosses, deep: { embedding: 4, hidden: [8, 6] }, ...model },
  }
  return { config, state: await learnState(config, labels), calibration, seed }
}

/** A row of the store, with missing and unknown values among the others. */
export function randomStoreRow(seed: number): Record<string, RawValue> {
  const key = (word: string): number => randomKey(seed, word)
  const one = (word: string, name = word, index = 0): string | null => {
    const own = [...(tokens[name] ?? []), 'x9']
    return randomUniform(key(`${word} missing`), index) < 0.1
      ? null
      : (own[randomInteger(key(word), index, own.length)] ?? null)
  }
  const several = (word: string, name = word): string[] =>
    Array.from({ length: randomInteger(key(`${word} length`), 0, 4) }, (_, index) => one(word, name, index + 1) ?? 'x8')
  const tags = several('tags')
  return {
    country: one('country'),
    installed: several('installed', 'app'),
    topics: several('topics'),
    age: randomUniform(key('age missing'), 0) < 0.3 ? null : 20 + randomInteger(key('age'), 0, 40) / 20,
    app: one('app'),
    category: one('category'),
    tags,
    tag_weights: tags.map((_, index) => randomUniform(key('tag weights'), index)),
    price: randomInteger(key('price'), 0, 9),
    hour: randomInteger(key('hour'), 0, 24),
    marks: several('marks'),
  }
}
