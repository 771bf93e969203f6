import { describe, expect, it } from 'vitest'
import { categorical } from './declare.js'
import type { Config } from './feature-spec.js'
import { validateConfig } from './validate-config.js'

const config: Config = {
  data: { examples: 'a.csv', label: { column: 'y' }, user: 'user', item: 'item' },
  features: { user: { country: categorical() }, item: { item: categorical() } },
  retrieval: {
    k: 500,
    sources: { learned: 1, 'co-visitation': 0.3, fresh: 0 },
    lists: { editors: ['a', 'b'], french: { items: ['c'], where: { country: ['fr', 'be'] } } },
  },
}
const faults = (retrieval: unknown, data: object = config.data): string[] =>
  validateConfig({ ...config, data, retrieval }).map(({ path, message }) => `${path} ${message}`)

describe('the section retrieval', () => {
  it('may say how many candidates, which shares, which lists', () => {
    expect(faults(config.retrieval)).toEqual([])
  })

  it('has all its faults at once, with the nearest name', () => {
    const found = faults({
      k: 0,
      sources: { lerned: 1, popular: -1 },
      lists: { fresh: ['a'], none: [], odd: { items: ['a'], where: { contry: 'de' } } },
    })
    expect(found.length).toBe(6)
    const text = found.join('\n')
    expect(text).toMatch(/retrieval\.k must be a whole number of at least 1/)
    expect(text).toMatch(/retrieval\.sources\.lerned must not be here.*learned/)
    expect(text).toMatch(/retrieval\.sources\.popular must be a number in \[0/)
    expect(text).toMatch(/retrieval\.lists\.fresh must have another name/)
    expect(text).toMatch(/retrieval\.lists\.none must have at least 1 element/)
    expect(text).toMatch(/retrieval\.lists\.odd\.where\.contry must be a declared feature.*country/)
  })

  it('needs the keys of users and items', () => {
    const { user: _user, ...others } = config.data
    expect(faults(config.retrieval, others)).toEqual([expect.stringContaining('data.user must be given')])
  })
})
