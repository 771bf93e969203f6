/** From the paths and globs of a config to files. */
import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import type { Database } from '../sql/index.js'
import { quoteText } from '../sql/index.js'
import { fileMissing } from './errors.js'

/**
 * The files that paths or globs name, each glob's in ascending order. A relative path is looked for below the directory in
 * WIDEDEEP_DATA first, when that is set and has it, and else relative to the config file.
 */
export async function findFiles(
  database: Database,
  patterns: string | readonly string[],
  configDirectory: string,
): Promise<string[]> {
  const files: string[] = []
  for (const pattern of typeof patterns === 'string' ? [patterns] : patterns) {
    const candidates = candidatePaths(pattern, configDirectory)
    const found = await firstMatch(database, candidates)
    if (found.length === 0) throw fileMissing({ pattern, looked: candidates })
    files.push(...found)
  }
  return files
}

function candidatePaths(pattern: string, configDirectory: string): string[] {
  if (isAbsolute(pattern)) return [pattern]
  const root = process.env['WIDEDEEP_DATA']
  return [
    ...(root === undefined || root === '' ? [] : [join(resolve(root), pattern)]),
    resolve(configDirectory, pattern),
  ]
}

async function firstMatch(database: Database, candidates: readonly string[]): Promise<string[]> {
  for (const candidate of candidates) {
    // A file whose own name has a `[` or `*` in it is not a glob.
    if (existsSync(candidate) && statSync(candidate).isFile()) return [candidate]
    if (!/[*?[{]/.test(candidate)) continue
    const rows = await database.rows(`SELECT file FROM glob(${quoteText(candidate)}) ORDER BY file`)
    if (rows.length > 0) return rows.map((row) => String(row['file']))
  }
  return []
}
