import { expect, it } from 'vitest'
import { collectGarbage } from './collect-garbage.js'

it('frees what nobody refers to, and leaves the rest', async () => {
  const kept = { name: 'kept' }
  const [gone, stays] = [new WeakRef({ name: 'gone' }), new WeakRef(kept)]
  // A target stays until the turn in which its reference was made has ended.
  await new Promise((resolve) => setTimeout(resolve, 0))
  collectGarbage()
  expect(gone.deref()).toBeUndefined()
  expect(stays.deref()).toBe(kept)
})
