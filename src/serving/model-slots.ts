/** The models of a server by alias, several at once. */
import { suggestion } from '../base/index.js'
import { modelUnknown } from './errors.js'
import type { ModelSource, OpenVersion, Slot, SlotEvents, SlotState } from './model-slot.js'
import { createSlot } from './model-slot.js'
import type { ServedModel } from './served-model.js'

export interface ModelSlots {
  /** Uses the model of an alias (default: of the first); while it is used it is not closed. */
  use<T>(alias: string | undefined, act: (model: ServedModel, alias: string) => Promise<T>): Promise<T>
  states(): SlotState[]
  /** Models that are open: those that serve, and those that load or drain. */
  open(): readonly ServedModel[]
  /** Resolves when every slot has loaded what its source named, or refused it. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** Opens a slot for each source. */
export function openModelSlots(sources: readonly ModelSource[], open: OpenVersion, events: SlotEvents): ModelSlots {
  const slots = new Map(sources.map((source) => [source.alias, createSlot(source, open, events)]))
  const [first] = slots.keys()
  const find = (alias: string | undefined): Slot => {
    const slot = slots.get(alias ?? first ?? '')
    if (!slot) throw modelUnknown({ asked: alias ?? '', hint: suggestion(alias ?? '', slots.keys()) })
    return slot
  }
  return {
    use: (alias, act) => find(alias).use((model) => act(model, alias ?? first ?? '')),
    states: () => [...slots.values()].map((slot) => slot.state()),
    open: () => [...slots.values()].flatMap((slot) => slot.open()),
    settled: async () => void (await Promise.all([...slots.values()].map((slot) => slot.settled()))),
    close: async () => void (await Promise.all([...slots.values()].map((slot) => slot.close()))),
  }
}
