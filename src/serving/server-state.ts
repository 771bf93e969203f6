/** Opens what outlives a model: the event log, the store, the catalogue, and the stream from the one into the others. */
import { join } from 'node:path'
import { makeDirectory } from '../base/index.js'
import type { EventLog, PastEvent, StateStore } from '../events/index.js'
import { openEventLog, openStateStore } from '../events/index.js'
import type { ItemCatalogue } from './item-catalogue.js'
import { createItemCatalogue } from './item-catalogue.js'
import type { LiveState, LiveStateListener } from './live-state.js'
import { openLiveState } from './live-state.js'

export interface ServerState {
  readonly log: EventLog
  readonly store: StateStore
  readonly catalogue: ItemCatalogue
  readonly live: LiveState
  /** Tells of changes from now on, until what it returns is called. */
  follow(follower: StateFollower): () => void
}

export type StateFollower = Partial<Pick<LiveStateListener, 'onItems' | 'onPast' | 'onErased'>>

export interface ServerStateOptions {
  readonly directory: string
  readonly store?: string | undefined
  /** Milliseconds since 1970. */
  now(): number
  log(line: string): void
  /** Records that nobody waited for were not written. */
  onLost(error: unknown, records: number): void
}

/** Opens the state of a server in a directory, and applies what the log has and the store has not. */
export async function openServerState(options: ServerStateOptions): Promise<ServerState> {
  makeDirectory(options.directory)
  const log = await openEventLog(join(options.directory, 'events'), {
    onDamage: ({ file, line }) => {
      options.log(`a damaged record is left out: ${file}, line ${String(line)}`)
    },
  })
  const store = await openStateStore(options.store ?? join(options.directory, 'state.sqlite'))
  const catalogue = createItemCatalogue()
  for await (const page of store.items()) for (const item of page) catalogue.put(item)
  const followers = new Set<StateFollower>()
  const tell = (act: (follower: StateFollower) => void): void => {
    for (const follower of followers) act(follower)
  }
  const live = await openLiveState(
    { log, store, catalogue, now: () => options.now() },
    {
      onItems: (indexes) => {
        tell((follower) => {
          follower.onItems?.(indexes)
        })
      },
      onPast: (events: readonly PastEvent[]) => {
        tell((follower) => {
          follower.onPast?.(events)
        })
      },
      onErased: (user) => {
        tell((follower) => {
          follower.onErased?.(user)
        })
      },
      onLost: (error, records) => {
        options.onLost(error, records)
      },
    },
  )
  const follow: ServerState['follow'] = (follower) => {
    followers.add(follower)
    return () => void followers.delete(follower)
  }
  return { log, store, catalogue, live, follow }
}
