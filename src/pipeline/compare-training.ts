/** Trains what a comparison needs, each training once, however many models it is a member of. */
import { heads } from '../model/index.js'
import type { TrainingEvent } from '../training/index.js'
import { averageLogits } from './compare-ensemble.js'
import type { PlannedModel } from './compare-plan.js'
import type { ComparedRun, RunRecord, RunStore } from './compare-run.js'
import type { Overrides } from './overrides.js'
import { withOverrides } from './overrides.js'
import { runFingerprint } from './run-directory.js'

/** A model with its runs, one for each seed. */
export interface TrainedModel {
  readonly plan: PlannedModel
  readonly runs: readonly TrainedRun[]
}

export interface TrainedRun {
  readonly seed: number
  /** One for each member. */
  readonly records: readonly RunRecord[]
  readonly scores: Float32Array | Float64Array
}

/** One training of the comparison as it goes. */
export interface ComparedTraining {
  /** From 1. */
  readonly number: number
  readonly count: number
  readonly name: string
  readonly seed: number
}

export interface ComparedTrainingOptions {
  readonly seeds: readonly number[]
  readonly split: string
  readonly signal?: AbortSignal | undefined
  onEvent?(training: ComparedTraining, event: TrainingEvent): void
  /** A training is finished: now, or (`isFound`) by an earlier command. */
  onFinished?(training: ComparedTraining, record: RunRecord, isFound: boolean): void
}

interface Job extends ComparedRun {
  readonly name: string
  readonly seed: number
}

/** Trains what is not recorded yet, seed by seed, so that a comparison that is stopped has whole seeds of all models. */
export async function trainPlanned(
  plans: readonly PlannedModel[],
  store: RunStore,
  options: ComparedTrainingOptions,
): Promise<TrainedModel[]> {
  const jobs = distinctJobs(plans, options.seeds)
  for (const [index, job] of jobs.entries()) {
    const training = { number: index + 1, count: jobs.length, name: job.name, seed: job.seed }
    const found = store.find(job.fingerprint)
    const onEvent = (event: TrainingEvent): void => options.onEvent?.(training, event)
    const record = found ?? (await store.train(job, { signal: options.signal, onEvent }))
    options.onFinished?.(training, record, found !== null)
  }
  const read = { store, split: options.split }
  return plans.map((plan) => ({ plan, runs: options.seeds.map((seed) => trainedRun(plan, seed, read)) }))
}

function distinctJobs(plans: readonly PlannedModel[], seeds: readonly number[]): Job[] {
  const jobs = new Map<string, Job>()
  for (const seed of seeds) {
    for (const plan of plans) {
      for (const member of plan.members) {
        const job = jobOf(plan, member, seed)
        if (!jobs.has(job.fingerprint)) jobs.set(job.fingerprint, job)
      }
    }
  }
  return [...jobs.values()]
}

function jobOf({ data, name, members }: PlannedModel, member: Overrides, seed: number): Job {
  const config = withOverrides(data.loaded.config, { ...member, seed })
  const fingerprint = runFingerprint(config, data.fingerprint)
  const own = members.length > 1 ? `${name}: ${member.part ?? ''}` : name
  return { fingerprint, config, data: data.data, name: own, seed }
}

function trainedRun(
  plan: PlannedModel,
  seed: number,
  { store, split }: { readonly store: RunStore; readonly split: string },
): TrainedRun {
  const jobs = plan.members.map((member) => jobOf(plan, member, seed))
  const head = plan.data.loaded.config.model?.head ?? 'binary'
  return {
    seed,
    records: jobs.flatMap(({ fingerprint }) => store.find(fingerprint) ?? []),
    scores: averageLogits(
      head,
      jobs.map(({ fingerprint }) => store.scores(fingerprint, split)),
      heads[head].logitWidth(plan.data.data.featureState.labels ?? []),
    ),
  }
}
