import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { StateStore } from '../events/index.js'
import { openStateStore } from '../events/index.js'
import type { PastDefinition } from '../features/index.js'
import type { PastsState } from './shared-pasts.js'
import { createSharedPasts } from './shared-pasts.js'
import type { StateFollower } from './server-state.js'

const home = mkdtempSync(join(tmpdir(), 'widedeep-shared-pasts-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

const counting = (name: string, take: 'count' | 'rate' = 'count'): PastDefinition => ({
  ...{ name, take, by: ['user'], source: { of: 'impressions' }, window: null },
  ...{ smoothing: 0, last: 0, unitsPerSecond: 1000 },
})

async function stateOf(name: string): Promise<{ state: PastsState; followers: Set<StateFollower>; store: StateStore }> {
  const store = await openStateStore(join(home, `${name}.sqlite`))
  const followers = new Set<StateFollower>()
  const follow = (follower: StateFollower): (() => void) => {
    followers.add(follower)
    return () => void followers.delete(follower)
  }
  return { state: { store, follow }, followers, store }
}

describe('shared pasts', () => {
  it('are one for versions that ask the same, until the last of them has gone', async () => {
    const { state, followers, store } = await stateOf('same')
    const shared = createSharedPasts()
    const first = await shared.use(state, [counting('shown')])
    for (const { onPast } of followers) onPast?.([{ user: 'u', item: 'i', moment: 1, kind: null }])
    expect((await first.pasts.of('u', 5)).values).toEqual({ shown: 0 })
    for (const { onPast } of followers) onPast?.([{ user: 'u', item: 'i', moment: 2, kind: null }])
    const second = await shared.use(state, [counting('shown')])
    first.release()
    expect(followers.size).toBe(1)
    // The store knows nothing of it: it is the memory that was there.
    expect((await second.pasts.of('u', 5)).values).toEqual({ shown: 1 })
    second.release()
    expect(followers.size).toBe(0)
    const third = await shared.use(state, [counting('shown')])
    expect((await third.pasts.of('u', 5)).values).toEqual({ shown: 0 })
    third.release()
    await store.close()
  })

  it('are apart for versions that ask other things', async () => {
    const { state, followers, store } = await stateOf('other')
    const shared = createSharedPasts()
    const [one, other] = await Promise.all([
      shared.use(state, [counting('shown')]),
      shared.use(state, [counting('seen')]),
    ])
    expect(followers.size).toBe(2)
    expect(Object.keys((await other.pasts.of('u', 1)).values)).toEqual(['seen'])
    one.release()
    other.release()
    await store.close()
  })

  it('are opened anew after they could not be', async () => {
    const { state, followers, store } = await stateOf('failing')
    await store.close()
    const shared = createSharedPasts()
    const everyone = [counting('rate', 'rate')]
    await expect(shared.use(state, everyone)).rejects.toThrow()
    expect(followers.size).toBe(0)
    const { state: good, store: open } = await stateOf('failing')
    const { release } = await shared.use(good, everyone)
    release()
    await open.close()
  })
})
