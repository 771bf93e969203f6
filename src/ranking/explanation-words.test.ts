import { describe, expect, it } from 'vitest'
import { categorical, list } from '../features/index.js'
import { explanationWords } from './explanation-words.js'
import type { ExplanationPart, PartKind } from './explanation.js'
import { namedValues } from './named-values.js'

const config = {
  features: {
    user: { country: categorical(), installed: list(categorical()), topics: list(categorical()) },
    item: { app: categorical(), category: categorical() },
    context: { hour: categorical() },
  },
}

const part = (kind: PartKind, values: Record<string, string | null>, contribution: number): ExplanationPart => ({
  kind,
  ...namedValues(Object.keys(values), Object.values(values)),
  contribution,
})

const wordsOf = (...parts: ExplanationPart[]): string[] => explanationWords(config, parts)

describe('explanationWords', () => {
  it('has a sentence for every kind of part, for and against', () => {
    const cases: [kind: PartKind, values: Record<string, string | null>, forIt: string, against: string][] = [
      ['wide', { app: 'maps' }, 'app=maps is popular (+0.50)', 'app=maps is not popular (−0.50)'],
      ['wide', { hour: '20' }, 'hour=20 raises every score (+0.50)', 'hour=20 lowers every score (−0.50)'],
      ['wide', { installed: 'news' }, 'because you installed news (+0.50)', 'although you installed news (−0.50)'],
      [
        'cross',
        { installed: 'news', app: 'maps' },
        'because you installed news: app=maps goes well with it (+0.50)',
        'although you installed news: app=maps goes badly with it (−0.50)',
      ],
      [
        'cross',
        { country: 'DE', app: 'maps' },
        'app=maps is popular in country=DE (+0.50)',
        'app=maps is not popular in country=DE (−0.50)',
      ],
      [
        'cross',
        { country: null, hour: '20' },
        'country=(unknown) and hour=20 speaks for it (+0.50)',
        'country=(unknown) and hour=20 speaks against it (−0.50)',
      ],
      [
        'deep',
        { category: 'game' },
        'category=game speaks for it (+0.50, deep part)',
        'category=game speaks against it (−0.50, deep part)',
      ],
      [
        'deep',
        { topics: 'art' },
        'because art is in your topics (+0.50, deep part)',
        'although art is in your topics (−0.50, deep part)',
      ],
    ]
    for (const [kind, values, forIt, against] of cases) {
      expect(wordsOf(part(kind, values, 0.5))).toEqual([forIt])
      expect(wordsOf(part(kind, values, -0.5))).toEqual([against])
    }
  })

  it('tells the five strongest parts, strongest first, and neither bias nor residue nor what adds nothing', () => {
    const parts = [0.1, -0.6, 0.3, 0, -0.2, 0.4, 0.5].map((one) => part('wide', { hour: String(one) }, one))
    const all = [part('bias', {}, -9), ...parts, part('residue', {}, 7)]
    expect(wordsOf(...all).map((sentence) => sentence.split(' ')[0])).toEqual([
      'hour=-0.6',
      'hour=0.5',
      'hour=0.4',
      'hour=0.3',
      'hour=-0.2',
    ])
    expect(wordsOf(part('bias', {}, 1), part('wide', { hour: '3' }, 0))).toEqual([])
  })

  it('says how often training saw a part, where that is known', () => {
    const seen = [1, 0, 1200].map((count) => ({ ...part('wide', { hour: '3' }, 1), seen: count }))
    expect(wordsOf(...seen).map((sentence) => sentence.split(', ').at(-1))).toEqual([
      'seen 1 time)',
      'seen 0 times)',
      'seen 1,200 times)',
    ])
    expect(wordsOf({ ...part('wide', { hour: '3' }, 1), seen: null })).toEqual(['hour=3 raises every score (+1.00)'])
  })

  it('takes titles where it is given some', () => {
    const titleOf = (column: string, value: string): string | null =>
      column === 'app' || column === 'installed' ? `The ${value}` : null
    const parts = [part('cross', { installed: 'news', app: 'maps' }, 1), part('wide', { hour: 'news' }, 0.5)]
    expect(explanationWords(config, parts, titleOf)).toEqual([
      'because you installed The news: The maps goes well with it (+1.00)',
      'hour=news raises every score (+0.50)',
    ])
  })
})
