/** One trial: a run whose config has the trial's settings, trained to a rung and kept where it stands. */
import { join } from 'node:path'
import { WideDeepError, exitCodes } from '../../base/index.js'
import { openPrepared } from '../../data/index.js'
import type { PreparedData } from '../../data/index.js'
import type { Config } from '../../features/index.js'
import type { Settings } from '../../space/index.js'
import { createStepProfile } from '../../training/index.js'
import type { EpochRecord, TrainingProgressState, TrainingSpec } from '../../training/index.js'
import type { Overrides } from '../overrides.js'
import { withOverrides } from '../overrides.js'
import type { RunDirectory } from '../run-directory.js'
import { beginRun, hasCheckpoint, reopenRun, runFingerprint } from '../run-directory.js'
import { modelParts, trainPrepared } from '../train-prepared.js'

/** What all trials of a search share. */
export interface TrialContext {
  readonly config: Config
  readonly data: PreparedData
  readonly preparedFingerprint: string
}

export interface TrialJob {
  readonly trial: number
  readonly directory: string
  /** Of the trial, with the threads and the metric of the search. */
  readonly settings: Settings
  /** Epochs of the rung to reach, and of the last rung. */
  readonly epochs: number
  readonly mostEpochs: number
}

export interface EpochValue {
  readonly epochs: number
  readonly value: number | null
}

export type TrialOutcome =
  | {
      readonly kind: 'reached'
      readonly values: readonly EpochValue[]
      readonly best: { value: number; epochs: number }
    }
  | { readonly kind: 'failed'; readonly reason: string }
  /** Asked to stop before the rung; a checkpoint is kept. */
  | { readonly kind: 'stopped' }

export interface TrialRun {
  readonly job: TrialJob
  readonly signal: AbortSignal
  onEpoch(value: EpochValue): void
}

/** Where the trials of a search have their run directories. */
export const trialDirectory = (out: string, trial: number): string =>
  join(out, 'trials', String(trial).padStart(4, '0'))

/** What the command line of a trial's run would say. */
export const trialOverrides = ({ settings, mostEpochs }: TrialJob): Overrides => ({ epochs: mostEpochs, set: settings })

/** Opens what all trials of a search read. */
export const openContext = (config: Config, directory: string, preparedFingerprint: string): TrialContext => ({
  config,
  data: openPrepared(directory),
  preparedFingerprint,
})

/**
 * Trains a trial to its rung, from its checkpoint where it has one. Settings that cannot be trained (a loss that is no
 * number, a table too large) are the outcome of this trial; a full disk is an error of the search.
 */
export async function runTrial(context: TrialContext, run: TrialRun): Promise<TrialOutcome> {
  try {
    return await trainTrial(context, run)
  } catch (error) {
    if (!(error instanceof WideDeepError) || error.exitCode === exitCodes.environment) throw error
    return { kind: 'failed', reason: `${error.code}: ${error.message}` }
  }
}

async function trainTrial(context: TrialContext, { job, signal, onEpoch }: TrialRun): Promise<TrialOutcome> {
  const config = withOverrides(context.config, trialOverrides(job))
  const parts = modelParts(config, context.data)
  const { metric } = parts.spec
  const { progress } = await trainPrepared({
    config,
    parts,
    data: context.data,
    checkpoints: openRun(job, runFingerprint(config, context.preparedFingerprint)).checkpoints,
    profile: createStepProfile(() => performance.now()),
    pauseAfter: job.epochs,
    signal,
    onEvent: (event) => {
      if (event.kind === 'epoch') onEpoch(epochValue(event.record, metric))
    },
  })
  if (!progress.isFinished && progress.epoch < job.epochs) return { kind: 'stopped' }
  return outcomeOf(progress, parts.spec, job.epochs)
}

function openRun(job: TrialJob, fingerprint: string): RunDirectory {
  const { directory } = job
  if (hasCheckpoint(directory)) return reopenRun(directory, fingerprint)
  return beginRun({ out: undefined, directory, now: new Date(), fingerprint, overrides: trialOverrides(job) })
}

/** All values again: the kill that a search goes on from may have come between a checkpoint and its line of the journal. */
function outcomeOf(
  { epochs }: TrainingProgressState,
  { metric, isHigherBetter }: TrainingSpec,
  most: number,
): TrialOutcome {
  const values = epochs.slice(0, most).map((record) => epochValue(record, metric))
  const valued = values.flatMap(({ epochs: after, value }) => (value === null ? [] : [{ epochs: after, value }]))
  const best = valued.reduce<(typeof valued)[number] | null>((top, one) => {
    const isBetter = top === null || (isHigherBetter ? one.value > top.value : one.value < top.value)
    return isBetter ? one : top
  }, null)
  if (best === null) return { kind: 'failed', reason: `the metric ${metric} is undefined on the validation split` }
  return { kind: 'reached', values, best }
}

const epochValue = ({ epoch, metrics }: EpochRecord, metric: string): EpochValue => ({
  epochs: epoch + 1,
  value: metrics[metric] ?? null,
})
