/** The gate over a version of a registry, which keeps the verdict: `promote` asks for it. */
import type { Registry } from '../registry/index.js'
import type { GateOptions, GateResult } from './gate.js'
import { gateModels } from './gate.js'

export interface GateVersionOptions extends Omit<GateOptions, 'challenger' | 'champion'> {
  readonly registry: Registry
  readonly version: number
  /** The version that serves; `null`: none does, and nothing is compared. */
  readonly champion: number | null
  /** Who asks, for the journal. Default: the user of the operating system. */
  readonly by?: string | undefined
}

/** Judges a version against the champion and keeps the verdict in the registry. */
export async function gateVersion(options: GateVersionOptions): Promise<GateResult> {
  const { registry, version, champion, by, ...rows } = options
  const result = await gateModels({
    ...rows,
    challenger: registry.resolve(version).directory,
    champion: champion === null ? undefined : registry.resolve(champion).directory,
  })
  registry.recordVerdict(version, { ...result }, { champion, by })
  return result
}
