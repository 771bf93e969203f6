import { describe, expect, it } from 'vitest'
import { settingsOption } from './command.js'

describe('--set', () => {
  it('reads JSON where it is JSON and text elsewhere', () => {
    const set = ['model.deep.dropout=0.2', 'model.deep.hidden=[64,32]', 'training.metric=logLoss', 'a.b=x=y', 'a.c="1"']
    expect(settingsOption({ set }, 'set')).toEqual({
      'model.deep.dropout': 0.2,
      'model.deep.hidden': [64, 32],
      'training.metric': 'logLoss',
      'a.b': 'x=y',
      'a.c': '1',
    })
    expect(settingsOption({}, 'set')).toBeUndefined()
  })

  it('says what it takes', () => {
    expect(() => settingsOption({ set: ['model.deep.dropout'] }, 'set')).toThrow(/path=value/)
    expect(() => settingsOption({ set: ['=3'] }, 'set')).toThrow(/path=value/)
  })
})
