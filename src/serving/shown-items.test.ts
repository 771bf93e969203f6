import { expect, it } from 'vitest'
import type { ImpressionEvent } from '../events/index.js'
import { createShownItems } from './shown-items.js'

const seen = (ids: string, requestId?: string): ImpressionEvent => ({
  ...{ type: 'impression', id: 'e', time: 0, received: 0, user: 'u' },
  items: [...ids].map((id) => ({ id })),
  ...(requestId === undefined ? {} : { requestId }),
})
const parts = ({ items, confirmed = [] }: ImpressionEvent): string[] =>
  [items, confirmed].map((some) => some.map(({ id }) => id).join(''))

it('tells what an impression confirms from what it adds, of every page of a list', () => {
  const shown = createShownItems()
  shown.add('r', ['a', 'b'])
  shown.add('r', ['c'])
  expect(parts(shown.confirm(seen('acx', 'r')))).toEqual(['x', 'ac'])
  expect(parts(shown.confirm(seen('xy', 'r')))).toEqual(['y', 'x'])
  expect(parts(shown.confirm(seen('a', 'other')))).toEqual(['a', ''])
  expect(parts(shown.confirm(seen('a')))).toEqual(['a', ''])
})

it('forgets the requests that came first once there are too many items', () => {
  const shown = createShownItems(4)
  for (const requestId of ['1', '2', '3']) shown.add(requestId, ['a', 'b'])
  expect(parts(shown.confirm(seen('a', '2')))).toEqual(['', 'a'])
  expect(parts(shown.confirm(seen('a', '1')))).toEqual(['a', ''])
  expect(parts(shown.confirm(seen('a', '2')))).toEqual(['a', ''])
})
