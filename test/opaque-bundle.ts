/** Directories that only look like bundles: what tests publish where nobody looks inside. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeManifest } from '../src/model/index.js'

/** A directory of its own below the system's temporary one. */
export const freshDirectory = (): string => mkdtempSync(join(tmpdir(), 'widedeep-registry-'))

/** A directory with a manifest over a config and one other file: enough for what never looks inside. */
export async function opaqueBundle(directory: string, content: string): Promise<string> {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'config.json'), '{"training":{"seed":1}}')
  writeFileSync(join(directory, 'weights'), content)
  await writeManifest(directory, { kind: 'bundle' })
  return directory
}
