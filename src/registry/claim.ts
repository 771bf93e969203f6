/** How one of several processes, on whatever host, gets a directory's name: it fails where the name is taken, also on NFS. */
import { existsSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncDirectory } from '../base/index.js'

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
