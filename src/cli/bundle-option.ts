import type { ResolvedVersion } from '../registry/index.js'
import { openRegistry, registryDirectory } from '../registry/index.js'
import { textOption } from './command.js'

const published = 'models:'

/** The version of the registry that a text names, `models:` and a number or alias; `null`: it names a directory. */
export function versionNamed(text: string | undefined, registry?: string): ResolvedVersion | null {
  if (!text?.startsWith(published)) return null
  return openRegistry(registryDirectory(registry)).resolve(text.slice(published.length))
}

/** The bundle that an option names: a directory, or `models:` and a version or alias of the registry. */
export function bundleOption(options: Readonly<Record<string, unknown>>): string | undefined {
  const given = textOption(options, 'bundle', undefined)
  return versionNamed(given)?.directory ?? given
}
