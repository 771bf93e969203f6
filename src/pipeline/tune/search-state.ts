/** What is known of a search: its journal, replayed. Live records go through the same door, so a resumed search knows the same. */
import type { Settings } from '../../space/index.js'
import type { Observation, RungRecord } from '../../search/index.js'
import type { SearchHeader, TrialRecord } from './journal.js'

export interface Trial {
  readonly trial: number
  readonly settings: Settings
  /** The rung it is on its way to, or has reached. */
  readonly rung: number
  readonly isRunning: boolean
  /** The metric after each epoch. */
  readonly values: readonly (number | null)[]
  /** The best value at a rung reached, and the epochs after which it came. */
  readonly best: { readonly value: number; readonly epochs: number } | null
  readonly failure: string | null
}

export interface SearchState {
  readonly header: SearchHeader
  readonly trials: ReadonlyMap<number, Trial>
  readonly records: readonly RungRecord[]
  apply(record: TrialRecord): void
}

/** A state that has seen these records. */
export function createSearchState(header: SearchHeader, records: readonly TrialRecord[]): SearchState {
  const trials = new Map<number, Trial>()
  const rungs = new Map<string, RungRecord>()
  const setRung = (trial: number, rung: number, loss: number | null): void =>
    void rungs.set(`${String(trial)}:${String(rung)}`, { trial, rung, loss })
  const state: SearchState = {
    header,
    trials,
    get records() {
      return [...rungs.values()]
    },
    apply(record) {
      const before = trials.get(record.trial) ?? newTrial(record)
      trials.set(record.trial, { ...before, ...changeOf(before, record) })
      if (record.kind === 'job') setRung(record.trial, record.rung, null)
      if (record.kind === 'result') setRung(record.trial, record.rung, lossOf(header, record.value))
      if (record.kind === 'failed') setRung(record.trial, record.rung, Infinity)
    },
  }
  for (const record of records) state.apply(record)
  return state
}

const newTrial = ({ trial }: TrialRecord): Trial => ({
  trial,
  settings: {},
  rung: 0,
  isRunning: true,
  values: [],
  best: null,
  failure: null,
})

function changeOf(before: Trial, record: TrialRecord): Partial<Trial> {
  switch (record.kind) {
    case 'job':
      return { rung: record.rung, isRunning: true, settings: record.settings ?? before.settings }
    case 'epoch':
      return record.epochs === before.values.length + 1 ? { values: [...before.values, record.value] } : {}
    case 'result':
      return { isRunning: false, best: { value: record.value, epochs: record.epochs } }
    case 'failed':
      return { isRunning: false, failure: record.reason }
  }
}

/** A metric as something to make small. */
export const lossOf = ({ isHigherBetter }: SearchHeader, value: number): number => (isHigherBetter ? -value : value)

/** What proposals are made from: each trial at the highest rung it has reached. */
export function observations({ trials, records }: SearchState): Observation[] {
  return [...trials.values()].map(({ trial, settings }) => {
    const reached = records.filter((record) => record.trial === trial && record.loss !== null)
    const finite = reached.filter(({ loss }) => Number.isFinite(loss))
    const top = (finite.length > 0 ? finite : reached).sort((a, b) => b.rung - a.rung)[0]
    return { settings, rung: top?.rung ?? 0, loss: top?.loss ?? null }
  })
}

/** Trials with a value, the best first; of equals the one that needed fewer epochs, then the earlier. */
export function ranked({ header, trials }: SearchState): (Trial & { best: NonNullable<Trial['best']> })[] {
  return [...trials.values()]
    .flatMap((trial) => (trial.best ? [{ ...trial, best: trial.best }] : []))
    .sort(
      (a, b) =>
        lossOf(header, a.best.value) - lossOf(header, b.best.value) ||
        a.best.epochs - b.best.epochs ||
        a.trial - b.trial,
    )
}
