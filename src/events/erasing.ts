/** Erasing users, one after the other. Whom to erase is on disk before the first step, so that opening goes on with what a kill interrupted. */
import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { WideDeepError } from '../base/index.js'
import type { ErasedLog } from './erasure.js'
import { eraseLines } from './erasure.js'
import { logWriteFailed } from './errors.js'
import type { ErasedEvent } from './logged-event.js'
import { replaceFile } from './segment-files.js'
import { createTurns } from './turns.js'

export interface Erasing {
  erase(user: string): Promise<void>
  /** Puts what was begun before in line; what fails stays noted for the next opening. */
  resume(): Promise<void>
  /** Resolves when nothing is being erased. */
  idle(): Promise<void>
}

export function createErasing(log: ErasedLog, append: (event: ErasedEvent) => Promise<unknown>): Erasing {
  const notes = join(log.directory, 'erasing.json')
  const inTurn = createTurns()

  const begun = async (): Promise<readonly string[]> =>
    JSON.parse(await readFile(notes, 'utf8').catch(() => '[]')) as readonly string[]
  const note = (users: readonly string[]): Promise<void> =>
    users.length > 0 ? replaceFile(notes, JSON.stringify(users)) : rm(notes, { force: true })

  const eraseNow = async (user: string): Promise<void> => {
    const others = (await begun()).filter((other) => other !== user)
    await note([...others, user])
    const now = Date.now()
    // Before the lines go: a store that applied them learns from it that they are gone.
    await append({ id: `erased-${randomUUID()}`, time: now, received: now, type: 'erased', user })
    await eraseLines(log, user)
    await note(others)
  }
  const erase = (user: string): Promise<void> =>
    inTurn(() => eraseNow(user)).catch((cause: unknown) => {
      if (cause instanceof WideDeepError) throw cause
      throw logWriteFailed({ file: log.directory, reason: (cause as Error).message }, { cause })
    })
  return {
    erase,
    async resume() {
      for (const user of await begun()) void erase(user).catch(() => undefined)
    },
    idle: () => inTurn(() => Promise.resolve()),
  }
}
