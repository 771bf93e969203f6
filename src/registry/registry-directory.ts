import { join } from 'node:path'

/** Where the registry lies: as named, else `WIDEDEEP_REGISTRY`, else `.widedeep/registry` below where the process runs. */
export function registryDirectory(named?: string): string {
  const fromSurroundings = process.env['WIDEDEEP_REGISTRY']
  return named ?? (fromSurroundings ? fromSurroundings : join('.widedeep', 'registry'))
}
