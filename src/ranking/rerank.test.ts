import { describe, expect, it } from 'vitest'
import { WideDeepError, randomInteger, randomKey, randomUniform } from '../base/index.js'
import { parseRules, rerank } from './rerank.js'
import type { RerankedItem, Rules, ScoredItem } from './rerank.js'
import { rules as allRules } from './rules/index.js'

const features = ['category', 'price', 'tags', 'free']
const categories = ['game', 'tool', 'news', null]

/** A list of random items, best first, some of equal score. */
function randomList(seed: number, count = 12): ScoredItem[] {
  const pick = (word: string, index: number, bound: number): number =>
    randomInteger(randomKey(seed, word), index, bound)
  return Array.from({ length: count }, (_, index) => ({
    item: `i${String(index)}`,
    score: Math.round(20 * randomUniform(randomKey(seed, 'score'), index)) / 20,
    features: {
      category: categories[pick('category', index, 4)],
      price: pick('price', index, 5) === 0 ? null : pick('cents', index, 10),
      tags: Array.from({ length: pick('tags', index, 3) }, (__, at) => `t${String(pick('tag', 3 * index + at, 4))}`),
      free: pick('free', index, 2) === 0,
    },
    vector: Array.from({ length: 3 }, (__, at) => randomUniform(randomKey(seed, 'vector'), 3 * index + at) - 0.5),
  })).sort((a, b) => b.score - a.score)
}

const keys = (list: readonly ScoredItem[]): string[] => list.map(({ item }) => item)
const whole = { requestId: 'r', k: 100 }
const seeds = Array.from({ length: 20 }, (_, seed) => seed)

describe('rerank', () => {
  it('is the list itself without rules: k items, best first, ties as given', () => {
    for (const seed of seeds) {
      const list = randomList(seed)
      const shuffled = [...list].sort((a, b) => a.item.localeCompare(b.item))
      expect(rerank(list, {}, { requestId: 'r', k: 5 })).toEqual(
        list.slice(0, 5).map((item) => ({ ...item, sortKey: item.score, rules: [], propensity: 1 })),
      )
      expect(rerank(shuffled, {}, whole).map(({ score }) => score)).toEqual(list.map(({ score }) => score))
    }
  })

  it('gives k items without duplicates whatever the rules, and the same for the same request', () => {
    for (const seed of seeds) {
      const list = randomList(seed)
      const rules: Rules = {
        exclude: ['i3'],
        filter: { price: { min: 0 } },
        boost: [{ when: { category: { eq: 'game' } }, factor: 2 }],
        diversity: { lambda: 0.6, features: ['category', 'tags'] },
        exploration: { slots: 2, temperature: 0.2 },
      }
      const eligible = list.filter(({ item, features: own }) => item !== 'i3' && own['price'] !== null)
      const found = rerank(list, rules, { requestId: String(seed), k: 6 })
      expect(found).toHaveLength(Math.min(6, eligible.length))
      expect(new Set(keys(found)).size).toBe(found.length)
      expect(keys(found).every((key) => keys(eligible).includes(key))).toBe(true)
      expect(rerank(list, rules, { requestId: String(seed), k: 6 })).toEqual(found)
    }
  })
})

describe('filter and exclude', () => {
  const item = (own: ScoredItem['features']): ScoredItem => ({ item: 'a', score: 1, features: own })
  const passes = (own: ScoredItem['features'], condition: object): boolean =>
    rerank([item(own)], { filter: { x: condition } }, whole).length === 1

  it('are exact', () => {
    for (const seed of seeds) {
      const list = randomList(seed)
      const found = rerank(list, { filter: { category: { in: ['game', 'news'] }, price: { max: 4 } } }, whole)
      const expected = list.filter(
        ({ features: { category, price } }) =>
          (category === 'game' || category === 'news') && typeof price === 'number' && price <= 4,
      )
      expect(keys(found)).toEqual(keys(expected))
      expect(keys(rerank(list, { exclude: ['i1', 'i4', 'zz'] }, whole))).toEqual(
        keys(list).filter((key) => key !== 'i1' && key !== 'i4'),
      )
    }
  })

  it('compare as texts, ranges as numbers, lists by any value, and missing values meet not alone', () => {
    const cases: [own: ScoredItem['features'], condition: object, isMet: boolean][] = [
      [{ x: 7 }, { eq: '7' }, true],
      [{ x: 'a' }, { eq: 'b' }, false],
      [{ x: true }, { eq: true }, true],
      [{ x: ['a', 'b'] }, { eq: 'b' }, true],
      [{ x: ['a', 'b'] }, { in: ['c', 'a'] }, true],
      [{ x: ['a', 'b'] }, { not: 'b' }, false],
      [{ x: 'c' }, { not: ['a', 'b'] }, true],
      [{ x: null }, { not: 'a' }, true],
      [{}, { eq: 'a' }, false],
      [{}, { min: 0 }, false],
      [{ x: '' }, { max: 5 }, false],
      [{ x: '10' }, { min: 9 }, true],
      [{ x: 'ten' }, { max: 9 }, false],
      [{ x: 3 }, { min: 3, max: 3 }, true],
      [{ x: 4 }, { in: [3, 4], not: 4 }, false],
    ]
    for (const [own, condition, isMet] of cases)
      expect([own, condition, passes(own, condition)]).toEqual([own, condition, isMet])
  })
})

describe('boost', () => {
  it('changes the sort key and leaves the score', () => {
    const list = [
      { item: 'a', score: 0.5, features: { category: 'tool' } },
      { item: 'b', score: 0.4, features: { category: 'game' } },
      { item: 'c', score: 0.1, features: { category: 'game', price: 1 } },
    ]
    const found = rerank(
      list,
      {
        boost: [
          { when: { category: { eq: 'game' } }, factor: 1.5 },
          { when: { price: { max: 2 } }, add: 0.5 },
        ],
      },
      whole,
    )
    // b: 0.4 · 1.5 = 0.6; c: 0.1 · 1.5 + 0.5 = 0.65.
    expect(found.map(({ item, score, rules }) => [item, score, rules])).toEqual([
      ['c', 0.1, ['boost']],
      ['b', 0.4, ['boost']],
      ['a', 0.5, []],
    ])
    expect(found.map(({ sortKey }) => sortKey)).toEqual([0.65, expect.closeTo(0.6, 12), 0.5])
  })
})

describe('diversity', () => {
  it('is the identity for λ = 1', () => {
    for (const seed of seeds) {
      const list = randomList(seed)
      for (const by of [{ features: ['category', 'tags'] }, {}])
        expect(rerank(list, { diversity: { lambda: 1, ...by } }, whole)).toEqual(rerank(list, {}, whole))
    }
  })

  it('is hand arithmetic on four items', () => {
    const list = [
      { item: 'a', score: 1, features: { category: 'game' } },
      { item: 'b', score: 0.9, features: { category: 'game' } },
      { item: 'c', score: 0.5, features: { category: 'tool' } },
      { item: 'd', score: 0, features: { category: 'tool' } },
    ]
    // λ = ½: a first. Then b ½·0.9 − ½·1 = −0.05, c ½·0.5 − 0 = 0.25. Then b −0.05, d 0 − ½ = −0.5.
    const found = rerank(list, { diversity: { lambda: 0.5, features: ['category'] } }, whole)
    expect(found.map(({ item, rules }) => [item, rules])).toEqual([
      ['a', []],
      ['c', ['diversity']],
      ['b', ['diversity']],
      ['d', []],
    ])
  })

  it('is greedy maximal marginal relevance, against brute force', () => {
    const shared = (a: ScoredItem, b: ScoredItem): number => {
      const share = (x: readonly string[], y: readonly string[]): number => {
        const union = new Set([...x, ...y])
        return union.size === 0 ? 0 : [...union].filter((one) => x.includes(one) && y.includes(one)).length / union.size
      }
      const category = ({ features: own }: ScoredItem): string[] =>
        typeof own['category'] === 'string' ? [own['category']] : []
      const tags = ({ features: own }: ScoredItem): string[] =>
        Array.isArray(own['tags']) ? own['tags'].map(String) : []
      return (share(category(a), category(b)) + share(tags(a), tags(b))) / 2
    }
    const dot = (a: readonly number[], b: readonly number[]): number =>
      a.reduce((sum, x, at) => sum + x * (b[at] ?? 0), 0)
    const angle = (a: ScoredItem, b: ScoredItem): number => {
      const [x, y] = [Array.from(a.vector ?? []), Array.from(b.vector ?? [])]
      return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y))
    }
    for (const seed of seeds) {
      const list = randomList(seed)
      const [most = 0, least = 0] = [list[0]?.score, list.at(-1)?.score]
      for (const [by, similarity] of [[{ features: ['category', 'tags'] }, shared] as const, [{}, angle] as const]) {
        const left = [...list]
        const chosen: ScoredItem[] = []
        while (left.length > 0) {
          const values = left.map((one) => {
            const nearest = chosen.length === 0 ? 0 : Math.max(...chosen.map((other) => similarity(one, other)))
            return 0.7 * ((one.score - least) / (most - least)) - (1 - 0.7) * nearest
          })
          chosen.push(...left.splice(values.indexOf(Math.max(...values)), 1))
        }
        expect(keys(rerank(list, { diversity: { lambda: 0.7, ...by } }, whole))).toEqual(keys(chosen))
      }
    }
  })
})

describe('exploration', () => {
  const list = randomList(3)
  const forms = [
    { slots: 3, epsilon: 0.3 },
    { slots: 3, temperature: 0.25 },
  ]
  const draws = 10_000
  const sample = (exploration: Rules['exploration'], index: number): RerankedItem[] =>
    rerank(list, { exploration } as Rules, { requestId: `request ${String(index)}`, k: 5 })

  for (const exploration of forms) {
    it(`shows each item as often as its propensity says: ${JSON.stringify(exploration)}`, () => {
      const counts = new Map<string, number>()
      const propensities = new Map<string, number>()
      for (let index = 0; index < draws; index++) {
        const shown = sample(exploration, index)
        expect(keys(shown.slice(0, 2))).toEqual(keys(list.slice(0, 2)))
        for (const [place, { item, propensity, rules }] of shown.entries()) {
          const cell = `${String(place)} ${item}`
          counts.set(cell, (counts.get(cell) ?? 0) + 1)
          propensities.set(cell, propensity)
          if (rules.includes('exploration') !== place >= 2) throw new Error('a place is marked wrongly')
        }
      }
      for (const [cell, propensity] of propensities) {
        const deviation = Math.sqrt((propensity * (1 - propensity)) / draws)
        expect(Math.abs((counts.get(cell) ?? 0) / draws - propensity), cell).toBeLessThanOrEqual(4.5 * deviation)
      }
      // Every item that does not fit has been shown in its slot by now: 2 fixed places, 10 others.
      expect(propensities.size).toBe(list.length)
      const sum = [...propensities.values()].reduce((total, one) => total + one, 0)
      expect(sum).toBeCloseTo(2 + exploration.slots, 9)
    })
  }

  it('shows the ranking itself for ε = 0, and where there is nothing else to show', () => {
    expect(keys(sample({ slots: 3, epsilon: 0 }, 1))).toEqual(keys(list.slice(0, 5)))
    const short = rerank(list.slice(0, 4), { exploration: { slots: 9, temperature: 1 } }, { requestId: 'r', k: 5 })
    expect(keys(short).sort()).toEqual(keys(list.slice(0, 4)).sort())
    expect(rerank([], { exploration: { slots: 2, epsilon: 1 } }, { requestId: 'r', k: 5 })).toEqual([])
  })

  it('weighs every eligible item once: inverse propensities add up to their number', () => {
    let sum = 0
    for (let index = 0; index < draws; index++)
      for (const { rules, propensity } of sample({ slots: 3, epsilon: 0.5 }, index))
        if (rules.includes('exploration')) sum += 1 / propensity
    expect(Math.abs(sum / draws - 10)).toBeLessThan(0.3)
  })
})

describe('parseRules', () => {
  const faultsOf = (value: unknown): string[] => {
    try {
      parseRules(value, features)
      return []
    } catch (error) {
      if (error instanceof WideDeepError) return error.issues.map(({ path, message }) => `${path} ${message}`)
      throw error
    }
  }

  it('lets through what is right', () => {
    const rules: Required<Rules> = {
      exclude: ['a'],
      filter: { category: { in: ['game'] }, price: { min: 1, max: 3 }, free: { not: [true] } },
      boost: [
        { when: {}, factor: 2 },
        { when: { tags: { eq: 'new' } }, add: -0.1 },
      ],
      diversity: { lambda: 0.5, features: ['category'] },
      exploration: { slots: 1, epsilon: 0.1 },
    }
    expect(parseRules(rules, features)).toEqual(rules)
    expect(Object.keys(rules)).toEqual(allRules.map(({ name }) => name))
    expect(parseRules({}, features)).toEqual({})
  })

  it('names every fault at once, with the nearest known name', () => {
    expect(
      faultsOf({
        exclude: 'a',
        filters: {},
        filter: { categry: { in: [] }, price: { minimum: 1 }, free: {} },
        boost: [{ factor: -1, add: 1 }, { when: { category: 'game' } }],
        diversity: { lambda: 2, features: [] },
        exploration: { slots: 0 },
      }),
    ).toEqual([
      'rules.exclude must be a list; got "a"',
      'rules.filters must not be here: nothing has this name; did you mean "filter"?',
      'rules.filter.categry must be a feature of the items; got "categry"; did you mean "category"?',
      'rules.filter.categry.in must have at least 1 element(s); got 0',
      'rules.filter.price.minimum must not be here: nothing has this name; known: eq, in, not, min, max',
      'rules.filter.free must have one of eq, in, not, min, max; got nothing',
      'rules.boost[0].when must be given; got nothing',
      'rules.boost[0].factor must be a number above 0; got -1',
      'rules.boost[0] must have either factor or add; got both',
      'rules.boost[1].when.category must be an object; got "game"',
      'rules.boost[1] must have either factor or add; got neither',
      'rules.diversity.lambda must be a number in [0, 1]; got 2',
      'rules.diversity.features must have at least 1 element(s); got 0',
      'rules.exploration.slots must be a whole number of at least 1; got 0',
      'rules.exploration must have either epsilon or temperature; got neither',
    ])
    expect(faultsOf([1])).toEqual(['rules must be an object; got [1]'])
    expect(faultsOf({ filter: { __proto__: null, constructor: { eq: 1 } } })[0]).toMatch(/^rules\.filter\.constructor/)
  })
})
