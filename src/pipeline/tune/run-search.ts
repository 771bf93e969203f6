/** The loop of a search: free workers get the next decision, every step is in the journal before it is acted upon. */
import type { SearchSpace, Settings } from '../../space/index.js'
import { decide, proposeSettings, spaceSize } from '../../search/index.js'
import type { Journal, TrialRecord } from './journal.js'
import type { SearchState } from './search-state.js'
import { lossOf, observations, ranked } from './search-state.js'
import type { TrialRunner } from './trial-runner.js'
import { trialDirectory } from './trial.js'
import type { TrialJob } from './trial.js'

export type TuneEvent =
  | { readonly kind: 'started'; readonly trial: number; readonly epochs: number; readonly settings: Settings }
  | { readonly kind: 'epoch'; readonly trial: number; readonly epochs: number; readonly value: number | null }
  /** A trial has reached a rung of so many epochs with this value, its best so far. */
  | {
      readonly kind: 'reached'
      readonly trial: number
      readonly epochs: number
      readonly value: number
      readonly isBest: boolean
    }
  | { readonly kind: 'failed'; readonly trial: number; readonly reason: string }

export interface Search {
  readonly out: string
  readonly space: SearchSpace
  /** Most configurations tried. */
  readonly trials: number
  /** What every trial's config has beside its own settings. */
  readonly common: Settings
  readonly state: SearchState
  readonly journal: Journal
  readonly runner: TrialRunner
  readonly signal: AbortSignal
  onEvent(event: TuneEvent): void
}

interface Job {
  readonly trial: number
  readonly rung: number
}

/** Runs a search until nothing is left to do, or the signal; the first error of a worker ends it. */
export async function runSearch(search: Search): Promise<void> {
  const running = new Map<number, Promise<void>>()
  const failure = new AbortController()
  const signal = AbortSignal.any([search.signal, failure.signal])
  // What was running when the search was stopped goes first: one worker then sees the order it would have seen.
  const waiting: Job[] = search.state.records.filter(({ loss }) => loss === null)
  try {
    for (;;) {
      while (running.size < search.runner.size && !signal.aborted) {
        const job = waiting.shift() ?? nextJob(search)
        if (!job) break
        const done = perform({ ...search, signal }, job).finally(() => running.delete(job.trial))
        running.set(job.trial, done)
      }
      if (running.size === 0) return
      await Promise.race(running.values())
    }
  } finally {
    failure.abort()
    await Promise.allSettled(running.values())
  }
}

/** The next decision, written down; `null` when there is nothing to do now. */
function nextJob(search: Search): Job | null {
  const { state, space } = search
  const { rungs, seed } = state.header
  const trials = Math.min(search.trials, spaceSize(space))
  const decision = decide(state.records, { rungCount: rungs.length, trials })
  if (decision.kind === 'none') return null
  if (decision.kind === 'promote') {
    const { trial, rung } = decision
    record(search, { kind: 'job', trial, rung })
    return { trial, rung }
  }
  const trial = state.trials.size + 1
  const settings = proposeSettings(space, observations(state), { seed, trial })
  record(search, { kind: 'job', trial, rung: 0, settings })
  return { trial, rung: 0 }
}

function record({ journal, state }: Search, entry: TrialRecord): void {
  journal.append(entry)
  state.apply(entry)
}

async function perform(search: Search, { trial, rung }: Job): Promise<void> {
  const { runner, signal, onEvent } = search
  const job = trialJob(search, { trial, rung })
  onEvent({ kind: 'started', trial, epochs: job.epochs, settings: search.state.trials.get(trial)?.settings ?? {} })
  const onEpoch = ({ epochs, value }: { epochs: number; value: number | null }): void => {
    // A resumed trial may tell an epoch again.
    if (epochs <= (search.state.trials.get(trial)?.values.length ?? 0)) return
    record(search, { kind: 'epoch', trial, epochs, value })
    onEvent({ kind: 'epoch', trial, epochs, value })
  }
  const outcome = await runner.run({ job, signal, onEpoch })
  if (outcome.kind === 'stopped') return
  if (outcome.kind === 'failed') {
    record(search, { kind: 'failed', trial, rung, reason: outcome.reason })
    onEvent({ kind: 'failed', trial, reason: outcome.reason })
    return
  }
  for (const value of outcome.values) onEpoch(value)
  const { value, epochs } = outcome.best
  const isBest = isBetterThanAll(search, value)
  record(search, { kind: 'result', trial, rung, epochs, value })
  onEvent({ kind: 'reached', trial, epochs: job.epochs, value, isBest })
}

function trialJob({ state, out, common }: Search, { trial, rung }: Job): TrialJob {
  const { rungs } = state.header
  return {
    trial,
    directory: trialDirectory(out, trial),
    settings: { ...state.trials.get(trial)?.settings, ...common },
    epochs: rungs[rung] ?? 1,
    mostEpochs: rungs.at(-1) ?? 1,
  }
}

function isBetterThanAll({ state }: Search, value: number): boolean {
  const best = ranked(state)[0]?.best.value
  return best === undefined || lossOf(state.header, value) < lossOf(state.header, best)
}
