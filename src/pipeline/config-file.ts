/** Loads `widedeep.config.ts` with no build step by the user; the sole place that knows jiti (types are stripped in memory). */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createJiti } from 'jiti'
import type { Config } from '../features/index.js'
import { validateConfig } from '../features/index.js'
import { configInvalid, configMissing, configUnreadable } from './errors.js'

export interface LoadedConfig {
  readonly config: Config
  readonly path: string
  /** Paths of the config resolve against this directory. */
  readonly directory: string
}

/** Loads and validates a config file; throws one error with every fault of it. */
export async function loadConfig(file = 'widedeep.config.ts'): Promise<LoadedConfig> {
  const path = resolve(file)
  if (!existsSync(path)) throw configMissing({ path: file })
  // `import 'widedeep'` in a config means the running package, wherever the config lies.
  const self = fileURLToPath(new URL('../index.js', import.meta.url))
  const jiti = createJiti(import.meta.url, { alias: { widedeep: self }, moduleCache: false })
  const loaded = await jiti.import<unknown>(path, { default: true }).catch((cause: unknown) => {
    throw configUnreadable({ path: file, reason: cause instanceof Error ? cause.message : String(cause) }, { cause })
  })
  if (typeof loaded !== 'object' || loaded === null)
    throw configUnreadable({ path: file, reason: `a default export of ${typeof loaded}` })
  return { config: checkedConfig(loaded, file), path, directory: dirname(path) }
}

/** A config object that was not loaded from a file, checked in the same way. */
export function checkedConfig(value: unknown, path: string): Config {
  const issues = validateConfig(value)
  if (issues.length === 0) return value as Config
  throw configInvalid({ path, lines: issues.map((issue) => `${issue.path}: ${issue.message}`) }, { issues })
}
