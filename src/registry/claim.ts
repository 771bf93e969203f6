/** The two steps by which one of several processes, on whatever host, gets a name: each fails where the name is taken, also on NFS. */
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeLargeFile } from '../base/index.js'

/** Makes a file, whole or not at all; answers whether this call made it. `staged` is a path on the same file system to write at first. */
export function createFile(path: string, content: string, staged: string): boolean {
  writeLargeFile(staged, [Buffer.from(content)])
  try {
    linkSync(staged, path)
    syncDirectory(dirname(path))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(staged, { force: true })
  }
}

/** Gives a directory its place; answers whether it got it. A directory that is not empty is never replaced by a rename. */
export function placeDirectory(staged: string, path: string): boolean {
  if (existsSync(path)) return false
  try {
    renameSync(staged, path)
  } catch (error) {
    // A reply that the network lost makes a rename fail that was done: then what was staged is no longer there.
    if (!existsSync(path)) throw error
    if (existsSync(staged)) return false
  }
  syncDirectory(dirname(path))
  return true
}

/** Makes the names in a directory survive a loss of power, where the system can sync directories (Windows cannot). */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
