/** One job at a time for a registry: a file that says who holds it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { makeDirectory } from '../../base/index.js'
import { retrainLocked } from '../errors.js'

interface Holder {
  readonly pid: number
  readonly host: string
  readonly since: string
}

/** Locks of this very process: after a restart a process may have the number of the one that was killed. */
const held = new Set<string>()

/** Does some work while holding the lock; throws `PIPELINE_RETRAIN_LOCKED` where a living process holds it. */
export async function holdingLock<T>(path: string, now: Date, work: () => Promise<T>): Promise<T> {
  takeLock(path, { pid: process.pid, host: hostname(), since: now.toISOString() })
  held.add(path)
  try {
    return await work()
  } finally {
    held.delete(path)
    rmSync(path, { force: true })
  }
}

function takeLock(path: string, own: Holder): void {
  makeDirectory(dirname(path))
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(path, JSON.stringify(own), { flag: 'wx' })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = holderOf(path)
      if (!holder || attempt > 0 || !isGone(path, holder, own))
        throw retrainLocked({ path, holder: holderText(holder) })
      // Its process was killed: the next one goes on where it stood.
      rmSync(path, { force: true })
    }
  }
}

function holderOf(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return null
  }
}

/** Only of a process on this host it can be told that it is no more. */
function isGone(path: string, { pid, host }: Holder, own: Holder): boolean {
  if (host !== own.host) return false
  if (pid === own.pid) return !held.has(path)
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

const holderText = (holder: Holder | null): string =>
  holder ? `process ${String(holder.pid)} on ${holder.host} since ${holder.since}` : 'a process that is just beginning'
