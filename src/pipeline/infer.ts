import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { atomicWriteFile } from '../base/index.js'
import { inferConfig } from '../data/index.js'
import type { InferOptions, InferredConfig } from '../data/index.js'
import { fileExists } from './errors.js'

export interface InferredFile extends InferredConfig {
  /** Where the config was written. */
  readonly path: string
}

/** Reads logs and writes the config that they suggest; throws `PIPELINE_FILE_EXISTS` rather than overwrite one. */
export async function inferConfigFile(file: string, options: InferOptions): Promise<InferredFile> {
  const path = resolve(file)
  if (existsSync(path)) throw fileExists({ path: file })
  const inferred = await inferConfig(options)
  atomicWriteFile(path, inferred.config)
  return { path, ...inferred }
}
