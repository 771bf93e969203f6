import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { evaluatePointwise, metricDeclarations, metricDescription } from './pointwise.js'
import { listMetricDescriptions } from './ranking.js'

const rows = { scores: Float32Array.of(0.2, 0.8, 0.6), labels: Float32Array.of(0, 1, 0) }

describe('evaluatePointwise', () => {
  it('gives the metrics of the head, grouped ones only where rows have groups', () => {
    expect(evaluatePointwise('binary', rows)).toMatchObject({ auc: 1, labelMean: expect.closeTo(1 / 3, 9) as number })
    expect(evaluatePointwise('binary', rows)).not.toHaveProperty('groupedAuc')
    expect(evaluatePointwise('binary', { ...rows, groups: Int32Array.of(1, 1, 2) })).toMatchObject({
      groupedAuc: 1,
      groupedAucCoverage: expect.closeTo(2 / 3, 9) as number,
    })
    expect(Object.keys(evaluatePointwise('regression', rows)).sort()).toEqual(
      ['calibration', 'labelMean', 'mae', 'predictionMean', 'rmse'].sort(),
    )
  })

  it('ends, and says nothing, where a score is NaN', () => {
    const broken = { ...rows, scores: Float32Array.of(0.2, Number.NaN, 0.6), groups: Int32Array.of(1, 1, 2) }
    expect(Object.values(evaluatePointwise('binary', broken)).every((value) => value === null)).toBe(true)
  })
})

describe('metricDeclarations', () => {
  it('say how to read each metric', () => {
    expect(metricDeclarations.filter(({ name }) => metricDescription(name) === '')).toEqual([])
    expect(metricDescription('popularity ndcg@10')).toBe(metricDescription('ndcg@20'))
  })
  it('stand in docs/metrics.md with head and direction, and no metric stands there that is not declared', () => {
    const document = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')
    const table = [...document.matchAll(/^\| `(\w+)` \| (binary|regression|both|multiclass|multilabel) \| (\w+) \|/gm)]
    expect(new Set(table.map(([, name, head, better]) => [name, head, better].join(' ')))).toEqual(
      new Set(
        metricDeclarations.map(({ name, heads, better }) =>
          [name, heads.length === 2 ? 'both' : heads.join(), better].join(' '),
        ),
      ),
    )
    const lists = document.slice(document.indexOf('## Of ranked lists'), document.indexOf('## Intervals'))
    const listed = [...lists.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])
    expect(new Set(listed)).toEqual(new Set(Object.keys(listMetricDescriptions)))
  })
})
