import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { atomicWriteFile } from '../base/index.js'
import { fileExists } from './errors.js'

const starter = `// What to learn from, what to know about each example, and the model. Everything but data and features has a default.
import { categorical, cross, defineConfig, numeric } from 'widedeep'

export default defineConfig({
  data: {
    // Labelled rows: CSV, TSV, Parquet or NDJSON, also gzipped, also globs. Paths are relative to this file.
    examples: 'data/examples.csv',
    label: { column: 'clicked' },
    // Tables of users and items, joined by key:
    // join: [{ from: 'data/users.csv', on: 'user' }, { from: 'data/items.csv', on: 'item' }],
    split: { by: 'time', validation: 0.1, test: 0.1 },
    user: 'user',
    item: 'item',
    time: 'timestamp',
  },
  features: {
    user: { user: categorical(), age: numeric({ normalize: 'quantiles' }) },
    item: { item: categorical({ minCount: 2 }), category: categorical() },
    context: { hour: categorical({ values: 24 }) },
  },
  model: {
    // The wide part memorises: pairs that matter by themselves.
    wide: [cross('user', 'category')],
    // The deep part generalises.
    deep: { embedding: 16, hidden: [256, 128, 64] },
  },
})
`

/** Writes a starter config and returns its path; throws `PIPELINE_FILE_EXISTS` rather than overwrite one. */
export function writeStarterConfig(file: string): string {
  const path = newConfigPath(file)
  atomicWriteFile(path, starter)
  return path
}

/** The absolute path of a config to write; throws `PIPELINE_FILE_EXISTS` where there is one already. */
export function newConfigPath(file: string): string {
  const path = resolve(file)
  if (existsSync(path)) throw fileExists({ path: file })
  return path
}
