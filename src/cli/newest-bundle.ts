import { readdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { optionInvalid } from './errors.js'

/** The bundle of the newest finished run below `runs/`: run names begin with their time. */
export function newestBundle(): string {
  const runs = existsSync('runs') ? readdirSync('runs').sort().reverse() : []
  const newest = runs.map((run) => join('runs', run, 'bundle')).find((path) => existsSync(join(path, 'manifest.json')))
  if (newest === undefined)
    throw optionInvalid({
      option: 'bundle',
      expected: 'a bundle directory',
      got: 'nothing, and runs/ has no finished run',
    })
  return newest
}
