/** Who takes the parts of a step: the calling thread alone, or threads over shared tables. */
import { gradientWidths } from '../model/index.js'
import type { TableMemories } from '../tables/index.js'
import { wholeShare } from '../tables/index.js'
import { Abandoned, barrierMemory, openBarrier } from './barrier.js'
import { createBatchWriter } from './batch-place.js'
import type { BatchPlace } from './batch-place.js'
import { firstLayerWidths } from './first-layer.js'
import type { Question } from './step-messages.js'
import { openStepPart } from './step-part.js'
import type { StepSettings } from './step-part.js'
import type { StepPlan, Turn } from './step-plan.js'
import type { StepProfile } from './step-profile.js'
import { StepThread } from './step-thread.js'
import type { TrainingBatch } from './training-batch.js'

export interface StepTeam {
  /**
   * Begins a step in all its parts, where the one before ends; of two that are under way the first must have ended before the next. Resolves with its end:
   * then every table and parameter is updated.
   */
  begin(batch: TrainingBatch, settings: StepSettings): Promise<{ readonly ended: Promise<void> }>
  runGraphAgain(): Promise<void>
  close(): Promise<void>
}

/** Opens the parts of a plan; a single one runs here. */
export async function openStepTeam(plan: StepPlan, memories: TableMemories, profile: StepProfile): Promise<StepTeam> {
  if (plan.parts > 1) return openThreads(plan, memories, profile)
  const part = await openStepPart(plan, { memories, share: wholeShare, meet: () => undefined })
  return {
    async begin(batch, settings) {
      await part.run(batch, settings, profile)
      return { ended: Promise.resolve() }
    },
    runGraphAgain: () => part.runGraphAgain(),
    close: () => part.close(),
  }
}

async function openThreads(plan: StepPlan, memories: TableMemories, profile: StepProfile): Promise<StepTeam> {
  const shared = barrierMemory()
  const lost = (): void => {
    openBarrier(shared, plan.parts).abandon()
  }
  const threads = Array.from({ length: plan.parts }, (_, index) => {
    const share = { index, count: plan.parts }
    return new StepThread({ plan, memories: memories.all.map(({ memory }) => memory), share, barrier: shared }, lost)
  })
  const close = async (): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.close()))
  }
  try {
    await allOf(threads.map((thread) => thread.open()))
  } catch (error) {
    await close()
    throw error
  }
  const ask = (question: Question): Promise<Milliseconds[]> => allOf(threads.map((thread) => thread.ask(question)))
  const write = createBatchWriter(memories.home, { ...gradientWidths(plan.layout), ...firstLayerWidths(plan) })
  const sent = new Map<Turn, BatchPlace>()
  return {
    begin(batch, settings) {
      const { rowCount, firstRow } = batch
      const place = write(batch, settings.turn)
      const isSent = sent.get(settings.turn) === place
      sent.set(settings.turn, place)
      const asked = ask({ kind: 'step', place: isSent ? null : place, rowCount, firstRow, settings })
      const ended = asked.then((all) => {
        profile.spent(meanOf(all))
      })
      return Promise.resolve({ ended })
    },
    async runGraphAgain() {
      await ask({ kind: 'graph' })
    },
    close,
  }
}

type Milliseconds = Readonly<Record<string, number>>

/** All answers; where some failed, the failure of the one that did not fail for another's sake. */
async function allOf(answers: readonly Promise<Milliseconds>[]): Promise<Milliseconds[]> {
  const settled = await Promise.allSettled(answers)
  const reasons: unknown[] = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  if (reasons.length > 0) throw reasons.find((reason) => !(reason instanceof Abandoned)) ?? reasons[0]
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

function meanOf(all: readonly Milliseconds[]): Milliseconds {
  const mean: Record<string, number> = {}
  for (const one of all)
    for (const [phase, value] of Object.entries(one)) mean[phase] = (mean[phase] ?? 0) + value / all.length
  return mean
}
