/** What crashes leave behind: things put together that were never finished, and versions that no entry speaks of. */
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeDirectory } from '../base/index.js'
import { versionOf } from './journal-entry.js'
import type { RegistryState } from './journal-entry.js'

/** Longer than any publication takes, so that none in progress is swept. */
const restMs = 24 * 3_600_000

/** Takes a directory away in one step, then its files: nobody sees half of it. */
export function removeDirectory(registry: string, path: string): void {
  const staging = join(registry, 'staging')
  const aside = join(staging, `removed-${randomUUID()}`)
  makeDirectory(staging)
  if (!moved(path, aside)) return
  rmSync(aside, { recursive: true, force: true })
}

/** Removes what is older than a day and belongs to nothing. */
export function sweep(registry: string, state: RegistryState, now: Date): void {
  const isOld = (path: string): boolean => {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat !== undefined && now.getTime() - stat.mtimeMs > restMs
  }
  for (const path of below(join(registry, 'staging'))) {
    if (isOld(path)) rmSync(path, { recursive: true, force: true })
  }
  for (const path of below(join(registry, 'versions'))) {
    const number = Number(path.split(/[\\/]/).at(-1))
    if (!versionOf(state, number) && isOld(path)) removeDirectory(registry, path)
  }
}

/** Whether this process moved it: another may have been faster. */
function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

const below = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
