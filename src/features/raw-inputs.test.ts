import { describe, expect, it } from 'vitest'
import { bucketized, categorical, list, numeric } from './declare.js'
import { rawInputs } from './raw-inputs.js'

describe('rawInputs', () => {
  it('says of every feature what its values are, weights behind their list', () => {
    const features = {
      user: {
        age: numeric({ normalize: 'quantiles', from: 'years' }),
        installed: list(categorical({ sharedWith: 'app' }), { weights: 'w' }),
        hours: list(categorical({ values: 24 })),
      },
      item: { app: categorical(), price: bucketized({ boundaries: [1] }) },
      context: { device: categorical({ values: ['phone'] }), hour: categorical({ values: 24 }) },
    }
    const inputs = rawInputs({ features })
    expect(inputs.map(({ name, type, isList }) => `${name} ${type}${isList ? 's' : ''}`)).toEqual([
      'age number',
      'installed texts',
      'w numbers',
      'hours integers',
      'app text',
      'price number',
      'device text',
      'hour integer',
    ])
    expect(inputs[0]?.source).toBe('years')
    expect(inputs[3]?.source).toBe('hours')
  })
})
