/** The models of a server: slots that open versions over the server's state and keep them up to date. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { atomicWriteFile, checksumFile } from '../base/index.js'
import { ScoringReserve, scoringMemoryBytes } from '../ranking/index.js'
import { memoryShort } from './errors.js'
import { importCatalogue } from './import-catalogue.js'
import type { ModelSource, SlotEvents } from './model-slot.js'
import type { ModelSlots } from './model-slots.js'
import { openModelSlots } from './model-slots.js'
import type { ModelVersion, ServedModel } from './served-model.js'
import { openServedModel } from './served-model.js'
import type { ServerState, StateFollower } from './server-state.js'
import { createSharedPasts } from './shared-pasts.js'

export interface ServingModelsOptions extends SlotEvents {
  readonly directory: string
  readonly threads: number
  /** Threads that are kept between versions. */
  readonly spareThreads: number
  readonly partSize: number
  readonly itemPartBytes: number
  /** Bytes that this process may still take. */
  availableBytes(): number
  onError(error: unknown): void
}

/** Opens the models of some sources; they begin to load while the state is opened. */
export function openServingModels(
  sources: readonly ModelSource[],
  opening: Promise<ServerState>,
  options: ServingModelsOptions,
): ModelSlots {
  const { directory, threads, spareThreads, partSize, itemPartBytes, availableBytes, onError } = options
  const reserve = new ScoringReserve(spareThreads)
  const pasts = createSharedPasts()
  /** Items that changed while a version was being loaded. */
  const loading = new Set<Set<number>>()
  const open = async (version: ModelVersion, before: ServedModel | null): Promise<ServedModel> => {
    requireMemory(version, await scoringMemoryBytes(version.directory, { threads, itemPartBytes }), availableBytes())
    const isBackground = slots.open().length > 0
    const changed = new Set<number>()
    loading.add(changed)
    const state = opening.then(async (opened) => {
      await importOnce(version, opened, { file: join(directory, importsFile), isBackground })
      return opened
    })
    // Whoever waits for it hears of a failure; nobody does where the version has failed before.
    state.catch(() => undefined)
    try {
      const parts = { state, threads, partSize, itemPartBytes, isBackground, reserve, pasts, before }
      const model = await openServedModel(version, parts)
      await model.refresh([...changed])
      return model
    } finally {
      loading.delete(changed)
    }
  }
  const slots = openModelSlots(sources, open, {
    ...options,
    onSwitch(...switched) {
      // For the version after this one; those after it find the threads of the one before the last.
      reserve.fill().catch(onError)
      options.onSwitch(...switched)
    },
  })
  const follower: StateFollower = {
    onItems(indexes) {
      for (const changed of loading) for (const index of indexes) changed.add(index)
      for (const model of slots.open()) model.refresh(indexes).catch(onError)
    },
  }
  opening.then(
    (state) => {
      state.follow(follower)
    },
    () => undefined,
  )
  return {
    ...slots,
    async close() {
      await slots.close()
      await reserve.close()
    },
  }
}

/** Two versions stand in memory while one follows the other: better refused than killed by the system. */
function requireMemory({ version }: ModelVersion, needs: number, available: number): void {
  if (needs > available) throw memoryShort({ version, needs, available })
}

/** Checksums of the bundles whose catalogue is in the store. */
const importsFile = 'imported.json'

interface Importing {
  /** Checksums of what was imported. */
  readonly file: string
  readonly isBackground: boolean
}

async function importOnce(
  { directory }: ModelVersion,
  state: ServerState,
  { file, isBackground }: Importing,
): Promise<void> {
  const imported = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as string[]) : []
  const checksum = await checksumFile(join(directory, 'manifest.json'))
  // The store may be new although the file is not.
  if (state.catalogue.size > 0 && imported.includes(checksum)) return
  await importCatalogue(directory, state, { isBackground })
  atomicWriteFile(file, `${JSON.stringify([...new Set([...imported, checksum])])}\n`)
}
