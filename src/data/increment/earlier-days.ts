/** Prepared data of the days before, as an extension takes it over. */
import { copyFileSync, linkSync } from 'node:fs'
import { join } from 'node:path'
import { loadFeatureState } from '../../features/index.js'
import type { PreparedManifest } from '../prepared-manifest.js'
import { samplesFile } from '../prepared-manifest.js'
import type { Earlier } from './increment.js'
import { NoExtension } from './increment.js'
import type { Extension } from './plan.js'

/** Opens the prepared data that an extension goes on from. */
export function earlierDays(directory: string, last: PreparedManifest, { actions }: Extension): Earlier {
  if (!last.kept) throw new NoExtension('nothing was kept the last time')
  return {
    directory,
    kept: last.kept,
    finalRows: last.rows['train'] ?? 0,
    trainFiles: last.files['train'] ?? [],
    state: loadFeatureState(join(directory, 'feature-state')),
    actionFiles: actions,
  }
}

/** Puts the files that stay as they are into a directory: by another name for the same bytes, or as copies where that cannot be. */
export function takeOverFiles({ directory, trainFiles }: Earlier, target: string): void {
  for (const file of [...trainFiles, samplesFile]) {
    try {
      linkSync(join(directory, file), join(target, file))
    } catch {
      copyFileSync(join(directory, file), join(target, file))
    }
  }
}
