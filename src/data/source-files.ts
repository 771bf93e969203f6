/** From the paths and globs of a config to files. */
import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import type { Config } from '../features/index.js'
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
  { directory, exclude = [] }: SourcePlace,
): Promise<string[]> {
  const excluded = new Set<string>()
  for (const pattern of listed(exclude))
    for (const file of await firstMatch(database, candidatePaths(pattern, directory))) excluded.add(file)
  const files: string[] = []
  for (const pattern of listed(patterns)) {
    const candidates = candidatePaths(pattern, directory)
    const found = (await firstMatch(database, candidates)).filter((file) => !excluded.has(file))
    if (found.length === 0) throw fileMissing({ pattern, looked: candidates })
    files.push(...found)
  }
  return files
}

/** Where the files of a config are looked for. */
export interface SourcePlace {
  /** That of the config file. */
  readonly directory: string
  /** Files to leave out, though a pattern names them; one that is not there is no fault. */
  readonly exclude?: string | readonly string[] | undefined
}

export const sourcePlace = ({ data }: Pick<Config, 'data'>, directory: string): SourcePlace => ({
  directory,
  exclude: data.exclude,
})

const listed = (patterns: string | readonly string[]): readonly string[] =>
  typeof patterns === 'string' ? [patterns] : patterns

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
