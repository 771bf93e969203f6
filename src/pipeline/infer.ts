import { atomicWriteFile } from '../base/index.js'
import { inferConfig } from '../data/index.js'
import type { InferOptions, InferredConfig } from '../data/index.js'
import { newConfigPath } from './init.js'

export interface InferredFile extends InferredConfig {
  /** Where the config was written. */
  readonly path: string
}

/** Reads logs and writes the config that they suggest; throws `PIPELINE_FILE_EXISTS` rather than overwrite one. */
export async function inferConfigFile(file: string, options: InferOptions): Promise<InferredFile> {
  const path = newConfigPath(file)
  const inferred = await inferConfig(options)
  atomicWriteFile(path, inferred.config)
  return { path, ...inferred }
}
