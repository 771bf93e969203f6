/** The limits of the gate with every default stated: without limits there is no verdict. */
import type { Config } from '../features/index.js'

export interface GateLimits {
  /** What the lower end of the metric's interval must reach (the upper one where lower is better); `null`: a loss below a constant's. */
  readonly value: number | null
  /** Least change of the metric, as a share of the champion's: the interval must lie above it. */
  readonly change: number
  /** Largest change that is believed, as a share of the champion's. */
  readonly suspicious: number
  /** Least change of a slice, as a share of the champion's there: a slice that is surely below fails. */
  readonly sliceChange: number
  /** Rows that a slice must have to be judged. */
  readonly sliceRows: number
  /** Farthest that promised / happened may be from 1. */
  readonly calibration: number
  /** Largest population stability index of the scores. */
  readonly drift: number
  /** Largest latency and size, as multiples of the champion's. */
  readonly latency: number
  readonly size: number
  /** Absolute budgets; `null`: none. */
  readonly latencyMs: number | null
  readonly sizeBytes: number | null
}

/** Chosen so that an honest daily retraining passes: docs/cli.md has the reason of each. */
export const defaultLimits: GateLimits = {
  value: null,
  change: -0.01,
  suspicious: 0.1,
  sliceChange: -0.02,
  sliceRows: 500,
  calibration: 0.1,
  drift: 0.5,
  latency: 2,
  size: 2,
  latencyMs: null,
  sizeBytes: null,
}

/** The section `gate` of a config with the defaults filled in. */
export function resolveLimits(declared: Config['gate'] = {}): GateLimits {
  const given = Object.entries(declared).filter(([name, value]) => name in defaultLimits && value !== undefined)
  return { ...defaultLimits, ...Object.fromEntries(given) }
}
