/** The beginning of a search: what is fixed for all its trials, and its journal, new or as it was left. */
import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../features/index.js'
import type { Settings } from '../../space/index.js'
import { withSettings } from '../../features/index.js'
import { rungEpochs } from '../../search/index.js'
import { withSet } from '../overrides.js'
import { runFingerprint } from '../run-directory.js'
import { modelParts } from '../train-prepared.js'
import { searchChanged } from './errors.js'
import type { Journal, SearchHeader, TrialRecord } from './journal.js'
import { openJournal, readJournal } from './journal.js'
import { createSearchState } from './search-state.js'
import type { SearchState } from './search-state.js'
import type { TrialContext } from './trial.js'

/** What a new search says of itself; throws where an end or a choice of the space makes no model. */
export function searchHeader(context: TrialContext, workers: number): SearchHeader {
  const { tune, ...config } = context.config
  if (!tune) throw new Error('internal: a search without a space')
  const compared = tune.metric === undefined ? {} : { 'training.metric': tune.metric }
  const { spec } = modelParts(withSet(config, compared), context.data)
  for (const [path, dimension] of Object.entries(tune.space)) {
    const extremes = dimension.kind === 'choice' ? dimension.values : [dimension.low, dimension.high]
    for (const value of extremes) modelParts(withSettings(config, { [path]: value }), context.data)
  }
  const seed = tune.seed ?? spec.seed
  const rungs = rungEpochs(spec.epochs)
  const identity = JSON.stringify([tune.space, spec.metric, seed, rungs])
  const run = runFingerprint(config, context.preparedFingerprint)
  return {
    kind: 'search',
    version: 1,
    fingerprint: createHash('sha256').update(identity).update(run).digest('hex'),
    metric: spec.metric,
    isHigherBetter: spec.isHigherBetter,
    seed,
    rungs,
    threads: Math.max(1, Math.floor((config.training?.threads ?? availableParallelism()) / workers)),
  }
}

/** Opens the search of a directory: a new one, or the one that is there if it is of the same config and data. */
export function openSearch(out: string, fresh: SearchHeader): { state: SearchState; journal: Journal } {
  const path = join(out, 'journal.ndjson')
  const [first, ...rest] = readJournal(path)
  const header = first?.kind === 'search' ? first : fresh
  if (header.fingerprint !== fresh.fingerprint) throw searchChanged({ directory: out })
  const journal = openJournal(path)
  if (first === undefined) journal.append(fresh)
  const records = rest.filter((record): record is TrialRecord => record.kind !== 'search')
  return { state: createSearchState(header, records), journal }
}

/** Settings that every trial has and the config may not: they make a trial's run the same wherever it is run again. */
export function commonSettings({ metric, threads }: SearchHeader, config: Config): Settings {
  return {
    ...(config.tune?.metric === undefined ? {} : { 'training.metric': metric }),
    'training.threads': threads,
  }
}
