import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Config } from '../features/index.js'
import { bucketized, categorical, defineConfig, embedding, list, numeric } from '../features/index.js'
import type { FeatureValues } from '../protocol/index.js'
import type { Client, ClientEvent, FeaturesOf } from './index.js'

const data = { impressions: 'x.csv', label: { action: 'install', within: '24h' } }
const config = defineConfig({
  data,
  features: {
    user: { country: categorical(), age: numeric(), installed: list(categorical({ sharedWith: 'app' })) },
    item: { app: embedding(categorical({ minCount: 2 }), { dimension: 4 }), price: bucketized({ boundaries: [1, 2] }) },
    context: { hour: categorical({ values: 24 }), device: categorical({ values: ['phone', 'tablet'] }) },
  },
})
type C = typeof config

const flat = defineConfig({ data, features: { age: numeric(), city: categorical() } })

describe('the types of requests', () => {
  it('come from the declarations of each group, by kind of column', () => {
    expectTypeOf<FeaturesOf<C, 'user'>>().toEqualTypeOf<{
      readonly country?: string | number | boolean | null
      readonly age?: number | null
      readonly installed?: readonly (string | number | boolean)[] | null
    }>()
    expectTypeOf<FeaturesOf<C, 'item'>>().toEqualTypeOf<{
      readonly app?: string | number | boolean | null
      readonly price?: number | null
    }>()
    expectTypeOf<FeaturesOf<C, 'context'>>().toEqualTypeOf<{
      readonly hour?: number | null
      readonly device?: 'phone' | 'tablet' | null
    }>()
  })

  it('are all context where features are flat, and anything without a config', () => {
    expectTypeOf<FeaturesOf<typeof flat, 'user'>>().toEqualTypeOf<Readonly<Record<string, never>>>()
    expectTypeOf<FeaturesOf<typeof flat, 'context'>>().toEqualTypeOf<{
      readonly age?: number | null
      readonly city?: string | number | boolean | null
    }>()
    expectTypeOf<FeaturesOf<Config, 'user'>>().toEqualTypeOf<FeatureValues>()
    expectTypeOf<C>().toExtend<Config>()
    // The types stand for nothing that is there: declarations are the same plain data.
    expect([Reflect.ownKeys(config.features.user.age), Reflect.ownKeys(flat.features.age)]).toEqual([
      ['kind'],
      ['kind'],
    ])
  })

  it('find a name or a value that is wrong', () => {
    const about = (_: Parameters<Client<C>['recommend']>[0]): void => undefined
    const happened = (_: ClientEvent<C>): void => undefined
    about({ user: 'u1', k: 5, features: { country: 'de' }, context: { hour: 20, device: 'phone' } })
    // @ts-expect-error a misspelt feature
    about({ context: { devise: 'phone' } })
    // @ts-expect-error not one of the values that the config declares
    about({ context: { device: 'watch' } })
    // @ts-expect-error a text for a number
    about({ features: { age: 'old' } })
    // @ts-expect-error one value for a list
    about({ features: { installed: 'a1' } })
    // @ts-expect-error a feature of items is none of the user
    about({ features: { app: 'a1' } })
    // @ts-expect-error a misspelt option
    about({ usr: 'u1' })
    happened({ type: 'item', item: 'a1', features: { price: 1.5 } })
    happened({ type: 'interaction', user: 'u1', item: 'a1', action: 'install' })
    // @ts-expect-error a feature of users is none of an item
    happened({ type: 'item', item: 'a1', features: { country: 'de' } })
    // @ts-expect-error an interaction has an action
    happened({ type: 'interaction', user: 'u1', item: 'a1' })
  })
})
