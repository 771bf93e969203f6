import { expect, it } from 'vitest'
import type { LoggedEvent } from '../events/index.js'
import { gatherNotes } from './gathered-notes.js'

const note = (id: string): LoggedEvent => ({ type: 'erased', id, time: 0, received: 0, user: 'u' })

it('writes what has gathered at once and in order, by itself or when it is asked to', async () => {
  const written: string[][] = []
  const wrote = new Promise<void>((resolve) => {
    const notes = gatherNotes((events) => {
      written.push(events.map(({ id }) => id))
      if (written.length === 2) resolve()
    })
    notes.add(note('a'))
    notes.add(note('b'))
    expect(notes.size).toBe(2)
    notes.flush()
    notes.flush()
    expect(notes.size).toBe(0)
    notes.add(note('c'))
    notes.add(note('d'))
    expect(written).toEqual([['a', 'b']])
  })
  await wrote
  expect(written).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
})
