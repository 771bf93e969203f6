import { describe, expect, it } from 'vitest'
import { categorical, cross } from './declare.js'
import { withSettings } from './config-settings.js'
import type { Config } from './feature-spec.js'
import { choice, integerRange, logRange, range } from '../space/index.js'
import { validateConfig } from './validate-config.js'

const config: Config = {
  data: { examples: 'x.csv', label: { column: 'y' } },
  features: { user: categorical(), item: categorical() },
  model: { wide: [cross('user', 'item')], deep: { hidden: [8] } },
}
const faults = (space: object, rest: object = {}): string[] =>
  validateConfig({ ...config, tune: { space, ...rest } }).map(({ path, message }) => `${path}: ${message}`)

describe('the tune section', () => {
  it('takes ranges and choices of settings, declared in the config or not', () => {
    const space = {
      'model.deep.dropout': range(0, 0.6),
      'model.deep.optimizer.learningRate': logRange(1e-4, 0.1),
      'model.wide.optimizer.l1': logRange(1e-4, 1),
      'model.deep.hidden': choice([[64], [128, 64]]),
      'model.architecture': choice(['wide-deep', 'deepfm']),
      'training.batchSize': integerRange(32, 512),
    }
    expect(faults(space, { metric: 'logLoss', trials: 9, seed: 0 })).toEqual([])
  })

  it('answers a path that nothing has with the nearest that something has, and all faults at once', () => {
    const space = {
      'model.deep.droput': range(0, 0.5),
      'modle.deep.dropout': range(0, 0.5),
      'training.epochs': integerRange(1, 9),
    }
    const found = faults(space, { trails: 3 })
    expect(found).toHaveLength(4)
    expect(found[0]).toContain('did you mean "trials"?')
    expect(found[1]).toMatch(/^tune\.space\.model\.deep\.droput: .*did you mean "dropout"\?/)
    expect(found[2]).toMatch(/^tune\.space\.modle\.deep\.dropout: .*did you mean "model"\?/)
    expect(found[3]).toContain('must not be searched')
  })

  it('tries the ends of every range and every choice in the config', () => {
    expect(faults({ 'model.deep.dropout': range(0, 1.5) })).toEqual([
      'tune.space.model.deep.dropout: must be a number in [0, 0.99]; got 1.5',
    ])
    expect(faults({ 'model.deep.hidden': choice([[64], [64, -1]]) })).toEqual([
      'tune.space.model.deep.hidden[1]: must be a whole number of at least 1; got -1',
    ])
    expect(faults({ 'model.deep.activation': choice(['relu', 'thanh']) })[0]).toContain('did you mean "tanh"?')
  })

  it('refuses ranges that are none', () => {
    expect(faults({ 'model.deep.dropout': range(0.5, 0.1) })[0]).toContain('from a lower to a higher number')
    expect(faults({ 'model.deep.layerL2': logRange(0, 0.1) })[0]).toContain('tune.space.model.deep.layerL2.low')
    expect(faults({ 'model.deep.embedding': 5 })[0]).toContain('must be made by range, logRange')
    expect(faults({ 'model.deep.embedding': choice([]) })[0]).toContain('at least 1 element')
    expect(faults({})).toEqual(['tune.space: must have at least one setting; got none'])
  })

  it('refuses settings of a part that is off', () => {
    const found = validateConfig({
      ...config,
      model: { deep: false },
      tune: { space: { 'model.deep.dropout': range(0, 1) } },
    })
    expect(found.map(({ message }) => message)).toEqual([
      'must lead through objects; model.deep is none in this config',
    ])
  })
})

describe('withSettings', () => {
  it('spells short forms out and keeps what stands beside', () => {
    const settings = { 'model.wide.l2': 0.1, 'model.deep.optimizer.learningRate': 0.01, 'training.batchSize': 64 }
    expect(withSettings(config, settings)).toEqual({
      ...config,
      model: {
        wide: { crosses: config.model?.wide, l2: 0.1 },
        deep: { hidden: [8], optimizer: { name: 'adagrad', learningRate: 0.01 } },
      },
      training: { batchSize: 64 },
    })
  })

  it('puts a setting inside another after it', () => {
    const settings = { 'model.deep.optimizer.learningRate': 0.5, 'model.deep.optimizer': { name: 'adam' } }
    expect(withSettings(config, settings).model?.deep).toEqual({
      hidden: [8],
      optimizer: { name: 'adam', learningRate: 0.5 },
    })
  })

  it('says what bars the way', () => {
    const off: Config = { ...config, model: { deep: false } }
    expect(() => withSettings(off, { 'model.deep.dropout': 0.1 })).toThrow(/model\.deep is none/)
  })
})
