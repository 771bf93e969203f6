/** One process at a time: a file that says who holds it. A process that was killed does not hold on to it. */
import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { createFile, makeDirectory } from './files.js'

export interface Lock {
  release(): void
}

interface Holder {
  readonly pid: number
  readonly host: string
  readonly since: string
  /** When the process began, in ticks since the host did; `null` where that cannot be known. */
  readonly born: string | null
}

/** Locks of this very process: after a restart a process may have the number of the one that was killed. */
const held = new Set<string>()

/** Takes a lock, or throws what `refuse` makes of the text that names its living holder. */
export function takeLock(path: string, refuse: (holder: string) => Error): Lock {
  const own = { pid: process.pid, host: hostname(), since: new Date().toISOString(), born: birthOf(process.pid) }
  makeDirectory(dirname(path))
  while (!createFile(path, JSON.stringify(own), `${path}.taking-${String(own.pid)}`)) {
    const found = textOf(path)
    if (found === null) continue
    const holder = holderOf(found)
    if (!holder || !isGone(path, holder, own)) throw refuse(holderText(holder))
    remove(path, found)
  }
  held.add(path)
  return {
    release() {
      // Released once: by then the lock may be another process's.
      if (held.delete(path)) rmSync(path, { force: true })
    },
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function holderOf(text: string): Holder | null {
  try {
    return JSON.parse(text) as Holder
  } catch {
    return null
  }
}

/** Only of a process on this host it can be told that it is no more. */
function isGone(path: string, { pid, host, born }: Holder, own: Holder): boolean {
  if (host !== own.host) return false
  if (pid === own.pid) return !held.has(path)
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
  // Another process may have got the number of the one that was killed: it was born at another time.
  const bornNow = birthOf(pid)
  return typeof born === 'string' && bornNow !== null && bornNow !== born
}

/** The 22nd field of Linux's /proc/<pid>/stat; the second, the program's name, may hold spaces. */
function birthOf(pid: number): string | null {
  const text = process.platform === 'linux' ? textOf(`/proc/${String(pid)}/stat`) : null
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

/** Removes a lock that was found abandoned, and not the one that another process has taken since. */
function remove(path: string, found: string): void {
  const aside = `${path}.removed-${String(process.pid)}`
  try {
    renameSync(path, aside)
    if (textOf(aside) !== found) linkSync(aside, path)
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

const holderText = (holder: Holder | null): string =>
  holder
    ? `process ${String(holder.pid)} on ${holder.host} since ${holder.since}`
    : 'a process that does not say its name'
