import { expect, it } from 'vitest'
import type { ImpressionEvent, ServedEvent, ShownList } from '../events/index.js'
import { createShownItems } from './shown-items.js'

const seen = (ids: string, requestId?: string): ImpressionEvent => ({
  ...{ type: 'impression', id: 'e', time: 0, received: 0, user: 'u' },
  items: [...ids].map((id) => ({ id })),
  ...(requestId === undefined ? {} : { requestId }),
})
const list = (requestId: string, ids: string): ShownList => ({ user: 'u', requestId, items: [...ids] })
const served = (requestId: string, ids: string, user: string | null = 'u'): ServedEvent => ({
  ...{ type: 'served', id: 's', time: 0, received: 0, model: { version: '1' }, context: {}, userFeatures: {} },
  ...{ requestId, user, items: [...ids].map((id) => ({ id, position: 1, score: 0 })) },
})
const parts = ({ items, confirmed = [] }: ImpressionEvent): string[] =>
  [items, confirmed].map((some) => some.map(({ id }) => id).join(''))

it('tells what an impression confirms from what it adds, of every page of a list', () => {
  const shown = createShownItems()
  shown.add(list('r', 'ab'))
  shown.add(list('r', 'c'))
  expect(parts(shown.confirm(seen('acx', 'r')))).toEqual(['x', 'ac'])
  expect(parts(shown.confirm(seen('xy', 'r')))).toEqual(['y', 'x'])
  expect(parts(shown.confirm(seen('a', 'other')))).toEqual(['a', ''])
  expect(parts(shown.confirm(seen('a')))).toEqual(['a', ''])
})

it('tells what another list of a request shows for the first time, to each of two users', () => {
  const shown = createShownItems()
  const news = (...of: Parameters<typeof served>): string | undefined =>
    shown
      .served(served(...of))
      ?.items.map(({ id }) => id)
      .join('')
  expect([news('r', 'ab'), news('r', 'ab'), news('r', 'bc'), news('r', 'ab', 'v')]).toEqual([
    'ab',
    undefined,
    'c',
    'ab',
  ])
  expect(parts(shown.confirm(seen('acx', 'r')))).toEqual(['x', 'ac'])
  expect([news('r', 'ab', null), news('r', 'ab', null), news('empty', '')]).toEqual(['ab', 'ab', ''])
})

it('forgets the requests that came first once there are too many items', () => {
  const shown = createShownItems(4)
  for (const requestId of ['1', '2', '3']) shown.add(list(requestId, 'ab'))
  expect(parts(shown.confirm(seen('a', '2')))).toEqual(['', 'a'])
  expect(parts(shown.confirm(seen('a', '1')))).toEqual(['a', ''])
  expect(parts(shown.confirm(seen('a', '2')))).toEqual(['a', ''])
})
