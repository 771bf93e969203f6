/**
 * Pasts that versions share: one for each set of definitions. A version that asks of the past what another asks finds all that is known already,
 * and two models that ask the same take the memory of one.
 */
import type { PastDefinition } from '../features/index.js'
import type { ServerState } from './server-state.js'
import type { UserPasts } from './user-pasts.js'
import { openUserPasts } from './user-pasts.js'

export interface SharedPasts {
  /** The pasts of these definitions, which follow the state until their last user has released them. */
  use(state: PastsState, definitions: readonly PastDefinition[]): Promise<UsedPasts>
}

export type PastsState = Pick<ServerState, 'store' | 'follow'>

export interface UsedPasts {
  readonly pasts: UserPasts
  /** Called once. */
  release(): void
}

interface Followed {
  readonly pasts: Promise<UserPasts>
  users: number
  unfollow(): void
}

/** Shares pasts over one state. */
export function createSharedPasts(): SharedPasts {
  const all = new Map<string, Followed>()
  return {
    async use(state, definitions) {
      const key = JSON.stringify(definitions)
      const followed = all.get(key) ?? follow(state, definitions)
      all.set(key, followed)
      followed.users++
      const release = (): void => {
        if (--followed.users > 0) return
        followed.unfollow()
        all.delete(key)
      }
      try {
        return { pasts: await followed.pasts, release }
      } catch (error) {
        release()
        throw error
      }
    },
  }
}

function follow({ store, follow: followState }: PastsState, definitions: readonly PastDefinition[]): Followed {
  let unfollow = (): void => undefined
  const pasts = openUserPasts(store, definitions, ({ record, forget }) => {
    unfollow = followState({ onPast: record, onErased: forget })
  })
  return {
    pasts,
    users: 0,
    unfollow() {
      unfollow()
    },
  }
}
