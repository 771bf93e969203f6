/**
 * Which version answers for an alias. A new version loads and warms beside the one that serves; the switch is one assignment; the old one
 * answers what it was asked and goes. A version that cannot be loaded is refused, and the old one stays.
 */
import { WideDeepError } from '../base/index.js'
import { threadFailed } from '../ranking/index.js'
import { notReady } from './errors.js'
import type { ModelVersion, ServedModel } from './served-model.js'
import { createLatest } from './latest.js'
import { createTenancy } from './tenancy.js'

/** Where versions of an alias come from: a registry that is followed, or one bundle for ever. */
export interface ModelSource {
  readonly alias: string
  /** Says what is so now and every change of it; `null`: the alias names nothing. */
  follow(onVersion: (version: ModelVersion | null) => void): void
  close(): void
}

export interface SlotState {
  readonly alias: string
  readonly version: string | null
  /** Why the newest version is not the one that serves. */
  readonly refused: string | null
}

export interface SlotEvents {
  onSwitch(alias: string, version: string, seconds: number): void
  onRefused(alias: string, version: string, error: unknown): void
}

/** Opens a version that will follow `before`; `null`: it is the first. */
export type OpenVersion = (version: ModelVersion, before: ServedModel | null) => Promise<ServedModel>

export interface Slot {
  /** Uses the model that serves; throws `SERVING_NOT_READY`. */
  use<T>(act: (model: ServedModel) => Promise<T>): Promise<T>
  state(): SlotState
  open(): readonly ServedModel[]
  settled(): Promise<void>
  close(): Promise<void>
}

const isBroken = (error: unknown): boolean => error instanceof WideDeepError && error.code === threadFailed.code

/** Follows a source. */
export function createSlot(source: ModelSource, openVersion: OpenVersion, events: SlotEvents): Slot {
  const { alias } = source
  const tenancy = createTenancy<ServedModel>()
  let refused: string | null = null
  const versions = createLatest(async (version: ModelVersion) => {
    const start = performance.now()
    try {
      const model = await openVersion(version, tenancy.current())
      const retired = tenancy.replace(model)
      refused = null
      events.onSwitch(alias, version.version, (performance.now() - start) / 1000)
      await retired
    } catch (error) {
      refused = `version ${version.version}: ${error instanceof Error ? error.message : String(error)}`
      events.onRefused(alias, version.version, error)
    }
  })
  source.follow((version) => {
    // An alias that was taken away names nothing to load; what serves goes on.
    if (version) versions.want(version)
    else versions.forget()
  })
  return {
    async use(act) {
      const model = tenancy.current()
      if (!model) throw notReady({ why: refused ?? `the alias ${alias} names no version that is loaded` })
      try {
        return await tenancy.use(act)
      } catch (error) {
        // A thread that has died does not come back by itself: the version is loaded anew beside what is left of it.
        if (isBroken(error) && model === tenancy.current())
          versions.want({ version: model.version, directory: model.directory })
        throw error
      }
    },
    state: () => ({ alias, version: tenancy.current()?.version ?? null, refused }),
    open: () => tenancy.open(),
    settled: () => versions.settled(),
    async close() {
      source.close()
      versions.forget()
      await versions.settled()
      await tenancy.close()
    },
  }
}
