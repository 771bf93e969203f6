import { runChecks } from '../data/index.js'
import type { CheckReport } from '../data/index.js'
import type { LoadedConfig } from './config-file.js'

export type { CheckReport, CheckResult } from '../data/index.js'

export interface CheckOptions {
  /** Names of checks. Default: all. */
  readonly only?: readonly string[] | undefined
  /** The present moment in seconds since 1970, for what lies in the future. Default: the clock's. */
  readonly now?: number | undefined
  readonly onProgress?: ((text: string) => void) | undefined
}

/** Checks the raw logs or examples of a config before anything is trained on them. */
export async function checkData(loaded: LoadedConfig, options: CheckOptions = {}): Promise<CheckReport> {
  const { only, now = Date.now() / 1000, onProgress } = options
  return runChecks({
    config: loaded.config,
    configDirectory: loaded.directory,
    only,
    now,
    ...(onProgress ? { onProgress } : {}),
  })
}
