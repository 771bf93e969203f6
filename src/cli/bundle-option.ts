import { openRegistry, registryDirectory } from '../registry/index.js'
import { textOption } from './command.js'

const published = 'models:'

/** The bundle that an option names: a directory, or `models:` and a version or alias of the registry. */
export function bundleOption(options: Readonly<Record<string, unknown>>): string | undefined {
  const given = textOption(options, 'bundle', undefined)
  if (!given?.startsWith(published)) return given
  return openRegistry(registryDirectory()).resolve(given.slice(published.length)).directory
}
