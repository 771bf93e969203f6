/** A simulated app store written as logs, with a config that trains on them and the truth that only the simulator knows. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { atomicWriteFile, countText, makeDirectory } from '../base/index.js'
import { simulatedConfig } from './config.js'
import { createAppStore } from './requests.js'
import type { StoreOptions } from './requests.js'
import { createTruthKeeper } from './truth.js'
import type { Truth } from './truth.js'
import { writeLogs } from './write-logs.js'
import { writeApps, writeUsers } from './write-tables.js'

export interface SimulateOptions extends Partial<StoreOptions> {
  /** Where the logs go; made where it is not. Logs of an earlier simulation are replaced. */
  readonly directory: string
  /** Writes the label into the impressions too, as a column `install`, and a config that takes it from there. Default false. */
  readonly labelled?: boolean
  /** Writes the true probability of every impression to truth.csv. Default false. */
  readonly truth?: boolean
  onProgress?(text: string): void
}

export interface SimulateResult extends Truth {
  readonly directory: string
  readonly config: string
  readonly seed: number
  /** Users and apps of the first and of the last day. */
  readonly users: readonly [first: number, last: number]
  readonly apps: readonly [first: number, last: number]
  readonly days: number
  readonly requests: number
  /** Of writing the logs and taking the truth. */
  readonly seconds: number
}

export const defaultSizes = { users: 5000, apps: 400, days: 14, seed: 1 } as const
const impressionsPerReport = 2 ** 16

/**
 * Writes `impressions.csv`, `actions.csv`, `users.csv`, `apps.csv`, `truth.json` and `widedeep.config.ts` (an existing one is left
 * alone). Deterministic by seed and sizes. Memory grows with users and apps, never with impressions.
 */
export function simulate(options: SimulateOptions): SimulateResult {
  const { directory } = options
  const sizes = sizesOf(options)
  const store = createAppStore({ ...sizes, baseLogit: options.baseLogit })
  makeDirectory(directory)
  const start = performance.now()
  rmSync(join(directory, 'truth.json'), { force: true })
  writeApps(directory, store)
  writeUsers(directory, store, sizes.seed)
  const truth = writeTrueLogs(options, sizes.seed, store)
  const { plan, apps } = store
  const lastDay = plan.days - 1
  const facts = {
    seed: sizes.seed,
    users: [sizes.users, plan.usersOn(lastDay)] as const,
    apps: [sizes.apps, apps.count] as const,
    days: plan.days,
    requests: plan.requests,
  }
  atomicWriteFile(join(directory, 'truth.json'), `${JSON.stringify({ ...facts, ...truth }, null, 2)}\n`)
  const config = join(directory, 'widedeep.config.ts')
  if (!existsSync(config)) atomicWriteFile(config, simulatedConfig(options.labelled))
  return { directory, config, ...facts, ...truth, seconds: (performance.now() - start) / 1000 }
}

function sizesOf(options: SimulateOptions): StoreOptions {
  const { users, apps, days, seed } = { ...defaultSizes, ...options }
  return { users, apps, days, seed, impressions: options.impressions }
}

function writeTrueLogs(options: SimulateOptions, seed: number, store: ReturnType<typeof createAppStore>): Truth {
  const { directory, labelled = false, truth = false, onProgress } = options
  const keeper = createTruthKeeper(store)
  let done = 0
  writeLogs(store, {
    directory,
    seed,
    isLabelled: labelled,
    hasTruth: truth,
    onImpression: (request, impression) => {
      keeper.add(request, impression)
      if (++done % impressionsPerReport === 0)
        onProgress?.(`day ${String(request.day + 1)} of ${String(store.plan.days)}: ${countText(done)} impressions`)
    },
  })
  return keeper.truth()
}
