import { describe, expect, it } from 'vitest'
import { categorical } from '../../features/index.js'
import { choice, integerRange, logRange, range } from '../../space/index.js'
import type { Config } from '../../features/index.js'
import type { SearchHeader, TrialRecord } from './journal.js'
import { borderWarnings, rungSummaries, trainCommand, trialSummaries } from './report.js'
import { createSearchState, observations } from './search-state.js'

const config: Config = {
  data: { examples: 'x.csv', label: { column: 'y' } },
  features: { user: categorical() },
}
const header: SearchHeader = {
  kind: 'search',
  version: 1,
  fingerprint: '',
  metric: 'auc',
  isHigherBetter: true,
  seed: 1,
  rungs: [1, 3],
  threads: 1,
}
const records: TrialRecord[] = [
  { kind: 'job', trial: 1, rung: 0, settings: { a: 1 } },
  { kind: 'epoch', trial: 1, epochs: 1, value: 0.7 },
  { kind: 'result', trial: 1, rung: 0, epochs: 1, value: 0.7 },
  { kind: 'job', trial: 2, rung: 0, settings: { a: 2 } },
  { kind: 'epoch', trial: 2, epochs: 1, value: 0.8 },
  { kind: 'result', trial: 2, rung: 0, epochs: 1, value: 0.8 },
  { kind: 'job', trial: 2, rung: 1 },
  { kind: 'epoch', trial: 2, epochs: 2, value: 0.75 },
  { kind: 'job', trial: 3, rung: 0, settings: { a: 3 } },
  { kind: 'failed', trial: 3, rung: 0, reason: 'NaN' },
]

describe('what is known of a search', () => {
  it('is each trial at the highest rung it has reached, a loss whatever the metric', () => {
    expect(observations(createSearchState(header, records))).toEqual([
      { settings: { a: 1 }, rung: 0, loss: -0.7 },
      { settings: { a: 2 }, rung: 0, loss: -0.8 },
      { settings: { a: 3 }, rung: 0, loss: Infinity },
    ])
  })

  it('lists the best first, failures last, and the best of each rung', () => {
    const state = createSearchState(header, records)
    expect(trialSummaries(state)).toMatchObject([
      { trial: 2, value: 0.8, bestEpochs: 1, epochs: 2 },
      { trial: 1, value: 0.7, bestEpochs: 1, epochs: 1 },
      { trial: 3, value: null, bestEpochs: null, epochs: 0, failure: 'NaN' },
    ])
    expect(rungSummaries(state)).toEqual([
      { epochs: 1, trials: 2, best: { trial: 2, value: 0.8 } },
      { epochs: 3, trials: 0, best: null },
    ])
  })

  it('keeps the value of a trial that failed later', () => {
    const state = createSearchState(header, [...records, { kind: 'failed', trial: 2, rung: 1, reason: 'NaN' }])
    expect(trialSummaries(state)[0]).toMatchObject({ trial: 2, value: 0.8, failure: 'NaN' })
    expect(observations(state)[1]).toMatchObject({ rung: 0, loss: -0.8 })
  })
})

describe('warnings of borders', () => {
  const space = {
    'model.deep.dropout': range(0, 0.6),
    'model.deep.optimizer.learningRate': logRange(1e-3, 1e-1),
    'training.batchSize': integerRange(1, 64),
    'model.deep.batchNorm': choice([true, false]),
  }
  const warned = (values: Record<string, number | boolean>): string[] => borderWarnings(config, space, values)

  it('name the setting, its range and the way out', () => {
    expect(warned({ 'model.deep.optimizer.learningRate': 0.095 })).toEqual([
      'the best model.deep.optimizer.learningRate, 0.095, lies at the border of its range 0.001 to 0.1: the optimum may lie above; widen the range',
    ])
    expect(warned({ 'model.deep.dropout': 0.6, 'training.batchSize': 64 })).toHaveLength(2)
  })

  it('say nothing inside, of choices, and where the config allows nothing beyond', () => {
    expect(warned({ 'model.deep.dropout': 0.3, 'model.deep.batchNorm': true })).toEqual([])
    expect(warned({ 'model.deep.dropout': 0, 'training.batchSize': 1 })).toEqual([])
  })
})

describe('the command that trains the best', () => {
  it('is quoted for a shell, with values as --set reads them', () => {
    const settings = {
      'model.deep.hidden': [64, 32],
      'model.deep.activation': 'relu',
      'training.metric': 'true',
      'model.deep.dropout': 0.25,
    }
    expect(trainCommand({ config: "my 'best'.ts", out: 'runs/best', settings })).toBe(
      `npx widedeep train --config 'my '\\''best'\\''.ts' --out runs/best --set 'model.deep.hidden=[64,32]' model.deep.activation=relu 'training.metric="true"' model.deep.dropout=0.25`,
    )
  })
})
