/** Where a slot's versions come from. */
import { basename, dirname, resolve } from 'node:path'
import { openRegistry } from '../registry/index.js'
import type { AliasWatch } from '../registry/index.js'
import type { ModelSource } from './model-slot.js'

/** Follows an alias of a registry. */
export function registrySource(directory: string, alias: string, onError: (error: unknown) => void): ModelSource {
  const registry = openRegistry(directory)
  let watch: AliasWatch | undefined
  return {
    alias,
    follow(onVersion) {
      watch = registry.watch(alias, {
        onChange: ({ version, directory: bundle }) => {
          onVersion(version === null || bundle === null ? null : { version: String(version), directory: bundle })
        },
        onError,
      })
      const { version, directory: bundle } = watch.current()
      if (version !== null && bundle !== null) onVersion({ version: String(version), directory: bundle })
    },
    close: () => watch?.close(),
  }
}

/** One bundle, which never changes; its alias is `bundle`. */
export function bundleSource(directory: string): ModelSource {
  const path = resolve(directory)
  // Of `runs/2026-11-21/bundle` the run is what tells it apart.
  const version = basename(path) === 'bundle' ? basename(dirname(path)) : basename(path)
  return {
    alias: 'bundle',
    follow: (onVersion) => {
      onVersion({ version, directory: path })
    },
    close: () => undefined,
  }
}
