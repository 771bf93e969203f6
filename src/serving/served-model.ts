/** One version of a model as it serves: its scoring threads, its candidate sources, and what it must know of the past. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../features/index.js'
import { liveDefinitions } from '../features/index.js'
import { openBundle } from '../model/index.js'
import type { Explainer, ScoringPool, ScoringReserve } from '../ranking/index.js'
import { createGivenPairs, openExplainer, openScoringPool } from '../ranking/index.js'
import type { Merged, RetrievalRequest, RetrieveOptions } from '../retrieval/index.js'
import { explainerUnavailable } from './errors.js'
import { openFreshRetrieval } from './fresh-retrieval.js'
import type { RowInputs } from './row-inputs.js'
import { rowInputs } from './row-inputs.js'
import type { RequestNames } from './request-row.js'
import { requestNames } from './request-row.js'
import type { ServerState } from './server-state.js'
import type { SharedPasts } from './shared-pasts.js'
import type { UserPasts } from './user-pasts.js'

export interface ModelVersion {
  /** Number in the registry, or the name of a bundle. */
  readonly version: string
  /** Directory of the bundle. */
  readonly directory: string
}

export interface ServedModel extends ModelVersion {
  readonly config: Config
  readonly names: RequestNames
  /** What a whole row may hold. */
  readonly inputs: RowInputs
  /** Classes of a prediction; none where it is one number. */
  readonly labels: readonly string[]
  readonly pool: ScoringPool
  readonly pasts: UserPasts
  /** What a request itself says of its user with every item. */
  readonly givenPairs: ReturnType<typeof createGivenPairs>
  retrieve(request: RetrievalRequest, options: RetrieveOptions): Promise<Merged>
  /** Loaded when it is first asked for: explaining is for people, who can wait for it. */
  explainer(): Promise<Explainer>
  /** Tells the threads and the sources of items that are new or have changed. */
  refresh(indexes: readonly number[]): Promise<void>
  close(): Promise<void>
}

export interface ServedModelParts {
  /** What a version scores and asks, once it is read: the threads load meanwhile. */
  readonly state: Promise<VersionState>
  readonly threads: number
  readonly partSize: number
  readonly itemPartBytes: number
  /** Whether other versions serve meanwhile. */
  readonly isBackground: boolean
  /** Threads that a version takes and gives back. */
  readonly reserve: ScoringReserve
  /** What is known of the past, whichever version asks. */
  readonly pasts: SharedPasts
  /** The version that this one will follow. */
  readonly before: ServedModel | null
}

export type VersionState = Pick<ServerState, 'store' | 'catalogue' | 'follow'>

/** What a second is in the moments of the event log. */
const unitsPerSecond = 1000

/** Loads, verifies and warms a version; it serves nothing yet. */
export async function openServedModel(version: ModelVersion, parts: ServedModelParts): Promise<ServedModel> {
  const { state, pasts, before, ...ofPool } = parts
  const config = JSON.parse(readFileSync(join(version.directory, 'config.json'), 'utf8')) as Config
  const items = state.then(({ catalogue }) => catalogue.featureTexts())
  const pool = await openScoringPool(version.directory, { ...ofPool, items, rehearsal: before?.pool.recent() })
  try {
    return await aroundPool(pool, { version, config, pasts, state: await state })
  } catch (error) {
    // A version that is refused must not leave its threads behind.
    await pool.close()
    throw error
  }
}

interface AroundPool {
  readonly state: VersionState
  readonly pasts: SharedPasts
  readonly version: ModelVersion
  readonly config: Config
}

/** What a version has beside its threads. */
async function aroundPool(
  pool: ScoringPool,
  { version, config, pasts: shared, state }: AroundPool,
): Promise<ServedModel> {
  // Warms the path of whole rows, too.
  const { labels } = await pool.predictRows([{}])
  const { catalogue } = state
  const retrieval = await openFreshRetrieval(version.directory, catalogue)
  const { pasts, release } = await shared.use(state, liveDefinitions(config, unitsPerSecond))
  const unfollow = state.follow({
    onErased() {
      pool.forgetRecent()
    },
  })
  let explaining: Promise<{ explainer: Explainer; close(): Promise<void> }> | undefined
  return {
    ...version,
    config,
    names: requestNames(config),
    inputs: rowInputs(config),
    labels,
    pool,
    pasts,
    givenPairs: createGivenPairs(config),
    retrieve: (request, options) => retrieval.retrieve(request, options),
    async explainer() {
      explaining ??= openExplaining(version)
      try {
        return (await explaining).explainer
      } catch (error) {
        explaining = undefined
        throw error
      }
    },
    async refresh(indexes) {
      for (const index of [...indexes].sort((a, b) => a - b))
        await pool.setItems(index, [catalogue.at(index)?.featuresText ?? '{}'])
      retrieval.refresh()
    },
    async close() {
      unfollow()
      release()
      await pool.close()
      await retrieval.close()
      await (await explaining?.catch(() => undefined))?.close()
    },
  }
}

async function openExplaining({
  version,
  directory,
}: ModelVersion): Promise<{ explainer: Explainer; close(): Promise<void> }> {
  // Whoever asks has done nothing wrong where the files of a version that serves have gone.
  const bundle = await openBundle(directory).catch((cause: unknown) => {
    throw explainerUnavailable({ version }, { cause })
  })
  const explainer = await openExplainer(bundle)
  return {
    explainer,
    async close() {
      await explainer.close()
      await bundle.close()
    },
  }
}
