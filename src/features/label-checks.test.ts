import { describe, expect, it } from 'vitest'
import { categorical } from './declare.js'
import { validateConfig } from './validate-config.js'

const faults = (label: object, model: object = {}): string[] =>
  validateConfig({
    data: { examples: 'x.csv', label: { column: 'y', ...label } },
    features: { x: categorical() },
    model,
  }).map(({ path, message }) => `${path} ${message}`)

describe('the label section', () => {
  it('may have what its head reads', () => {
    const classes = { classes: ['a', 'b'], classWeights: { a: 2 }, positiveLabel: 'b' }
    expect(faults(classes, { head: 'multiclass', loss: { labelSmoothing: 0.1 } })).toEqual([])
    expect(faults({ ...classes, separator: ';' }, { head: 'multilabel', loss: { kind: 'focal', gamma: 1 } })).toEqual(
      [],
    )
    expect(faults({ positive: ['yes'], classWeights: { 1: 3 } })).toEqual([])
    expect(faults({ column: 'stars' }, { head: 'regression' })).toEqual([])
  })

  it('may not have what another head reads', () => {
    expect(faults({ classes: ['a', 'b'] })).toEqual([
      'data.label.classes must not be there with head "binary"; its label may have positive, atLeast, classWeights',
    ])
    expect(faults({ atLeast: 4 }, { head: 'multiclass' })[0]).toMatch(/^data\.label\.atLeast must not be there/)
    expect(faults({ separator: ';' }, { head: 'multiclass' })[0]).toMatch(/^data\.label\.separator/)
    expect(faults({ classWeights: { 1: 2 } }, { head: 'regression' })[0]).toMatch(/^data\.label\.classWeights/)
  })

  it('names each class once, and weights and losses are in their range', () => {
    expect(faults({ classes: [1, '1'] }, { head: 'multiclass' })).toEqual([
      'data.label.classes must name each class once; got "1" twice',
    ])
    expect(faults({ classWeights: { a: -1 } }, { head: 'multiclass' })[0]).toMatch(
      /^data\.label\.classWeights\.a must be/,
    )
    expect(faults({}, { loss: { kind: 'hinge', alpha: 2, gamma: -1 } })).toHaveLength(3)
    expect(faults({}, { head: 'multiclas' })).toEqual([expect.stringContaining('multiclass') as string])
  })
})
