/** Warm start from a bundle: its training state is opened with its own config and vocabularies, and carried over. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { atomicWriteFile } from '../base/index.js'
import type { PreparedData } from '../data/index.js'
import type { Config } from '../features/index.js'
import { carriedIds, createEncoder } from '../features/index.js'
import { openBundle } from '../model/index.js'
import type { Bundle } from '../model/index.js'
import { createModelState, openCheckpoints, warmStart } from '../training/index.js'
import type { CarriedOver, EarlierTraining, ModelParts, ModelState } from '../training/index.js'
import { warmStartOtherLabel, warmStartStateless } from './errors.js'
import { modelParts } from './train-prepared.js'

export interface WarmStartReport extends CarriedOver {
  /** The bundle that was started from. */
  readonly from: string
  /** What the runs before this one did. */
  readonly earlier: EarlierTraining
}

export interface WarmStarting {
  readonly config: Config
  readonly parts: ModelParts
  readonly data: PreparedData
}

const stateName = 'training-state'
const reportName = 'warm-start.json'

/** What a trainer calls before the first step of a run; leaves the report in the run directory. */
export function beginWarm(
  bundle: string | undefined,
  run: string,
  starting: WarmStarting,
): ((state: ModelState) => Promise<EarlierTraining>) | undefined {
  if (bundle === undefined) return undefined
  return async (state) => {
    const report = await warmStartFrom(resolve(bundle), starting, state)
    atomicWriteFile(join(run, reportName), `${JSON.stringify(report, null, 2)}\n`)
    return report.earlier
  }
}

/** The report that a run began with; none where it began afresh. */
export function readWarmStart(run: string): { warmStart?: WarmStartReport } {
  const path = join(run, reportName)
  return existsSync(path) ? { warmStart: JSON.parse(readFileSync(path, 'utf8')) as WarmStartReport } : {}
}

/** Fills a fresh state from the bundle in `directory`; throws where it has no training state, or learned another label. */
export async function warmStartFrom(
  directory: string,
  { config, parts, data }: WarmStarting,
  state: ModelState,
): Promise<WarmStartReport> {
  const bundle = await openBundle(directory)
  try {
    requireSameLabel(bundle, { parts, data })
    if (!existsSync(join(directory, stateName))) throw warmStartStateless({ directory })
    const previous = { parts: modelParts(bundle.config, { ...bundle, columns: bundle.encoder.columns }) }
    const trained = createModelState(previous.parts)
    const { earlier, step, epoch } = await openCheckpoints(directory).restore(stateName, trained)
    const encoder = createEncoder(config, data.featureState)
    const carried = warmStart({ parts, state }, { ...previous, state: trained }, (column) =>
      carriedIds(column, encoder, bundle.encoder),
    )
    return { from: directory, earlier: { steps: earlier.steps + step, epochs: earlier.epochs + epoch }, ...carried }
  } finally {
    await bundle.close()
  }
}

/** Weights of one class are nothing to another. */
function requireSameLabel({ model, featureState }: Bundle, { parts, data }: Omit<WarmStarting, 'config'>): void {
  const nameOf = (head: string, labels: readonly string[] = []): string =>
    [head, ...(labels.length > 0 ? [labels.join(', ')] : [])].join(': ')
  const expected = nameOf(parts.model.head, data.featureState.labels)
  const got = nameOf(model.head, featureState.labels)
  if (expected !== got) throw warmStartOtherLabel({ expected, got })
}
