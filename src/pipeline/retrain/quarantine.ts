/** Log files that a job rejected: left out of every later one until they change or somebody lets them in again. */
import { existsSync, readFileSync } from 'node:fs'
import { atomicWriteFile } from '../../base/index.js'

export interface QuarantinedFile {
  /** As the config's directory sees it. */
  readonly path: string
  /** Its content: a file that was mended comes in again by itself. */
  readonly identity: string
  readonly reason: string
  readonly since: string
}

export function readQuarantine(path: string): QuarantinedFile[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as QuarantinedFile[]) : []
}

export function writeQuarantine(path: string, files: readonly QuarantinedFile[]): void {
  atomicWriteFile(path, `${JSON.stringify(files, null, 2)}\n`)
}

/** Files left out for one reason, told together. */
export function quarantineGroups(
  files: readonly QuarantinedFile[],
): { readonly reason: string; readonly since: string; readonly paths: readonly string[] }[] {
  const groups = new Map<string, { reason: string; since: string; paths: string[] }>()
  for (const { path, reason, since } of files) {
    const key = `${since} ${reason}`
    const group = groups.get(key) ?? { reason, since, paths: [] }
    group.paths.push(path)
    groups.set(key, group)
  }
  return [...groups.values()]
}
