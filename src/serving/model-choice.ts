/** The model that a request of another protocol names: the server's name, and a version or a label. */
import { suggestion } from '../base/index.js'
import type { ModelParams } from '../protocol/index.js'
import { modelUnknown, versionUnknown } from './errors.js'
import type { ModelSlots } from './model-slots.js'
import type { ServedModel } from './served-model.js'

export interface NamedModels {
  /** What the server is called. */
  readonly name: string
  readonly slots: ModelSlots
}

/** Uses the model that is named; a label is an alias, a version one of those that serve. */
export async function useNamed<T>(
  models: NamedModels,
  { model, version, label }: ModelParams,
  act: (model: ServedModel, alias: string) => Promise<T>,
): Promise<T> {
  const { slots } = models
  requireName(models, model)
  if (version === undefined) return slots.use(label, act)
  const slot = slots.states().find((state) => state.version === version)
  if (!slot) throw versionUnknown({ version, loaded: loadedVersions(models) })
  return slots.use(slot.alias, async (served, alias) => {
    // The slot may have switched since.
    if (served.version !== version) throw versionUnknown({ version, loaded: loadedVersions(models) })
    return act(served, alias)
  })
}

/** Throws `SERVING_MODEL_UNKNOWN` for any name but the server's. */
export function requireName({ name }: NamedModels, asked: string): void {
  if (asked !== name) throw modelUnknown({ asked, hint: suggestion(asked, [name]) })
}

/** Versions that serve, each once. */
export const loadedVersions = ({ slots }: NamedModels): string[] => [
  ...new Set(slots.states().flatMap(({ version }) => version ?? [])),
]
