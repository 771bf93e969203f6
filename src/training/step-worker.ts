/** The program of a training thread: one part of every step, over tables that all threads share. */
import { parentPort, workerData } from 'node:worker_threads'
import { createTableMemories } from '../tables/index.js'
import type { TableMemory } from '../tables/index.js'
import { Abandoned, openBarrier } from './barrier.js'
import { openBatch } from './batch-place.js'
import type { BatchPlace } from './batch-place.js'
import { errorData } from './error-data.js'
import type { Answer, Question, ThreadStart } from './step-messages.js'
import { openStepPart } from './step-part.js'
import type { StepPart } from './step-part.js'
import { createStepProfile } from './step-profile.js'
import type { TrainingBatch } from './training-batch.js'

const port = parentPort
if (!port) throw new Error('internal: a training thread is started by its step')
const say = (answer: Answer): void => {
  port.postMessage(answer)
}

const { plan, memories: shared, share, barrier: barrierOf } = workerData as ThreadStart
const barrier = openBarrier(barrierOf, share.count)

/** Where the batches of the steps lie, and the last of them as views. */
class BatchReader {
  private place: BatchPlace | null = null
  private batch: TrainingBatch | null = null

  constructor(private readonly memory: TableMemory) {}

  /** The views of the step before, where the batch lies and is as large as that. */
  read({ place, rowCount, firstRow }: Extract<Question, { kind: 'step' }>): TrainingBatch {
    this.place = place ?? this.place
    if (!this.place) throw new Error('internal: the first batch comes with its place')
    const isSame = place === null && this.batch?.rowCount === rowCount
    this.batch =
      isSame && this.batch ? { ...this.batch, firstRow } : openBatch(this.memory, this.place, { rowCount, firstRow })
    return this.batch
  }

  gradients(name: string): number {
    const place = this.place?.gradients[name]
    if (!place) throw new Error(`internal: no gradients of ${name}`)
    return place.offset
  }
}

async function answerTo(question: Question, part: StepPart, reader: BatchReader): Promise<Answer> {
  const profile = createStepProfile(() => performance.now())
  switch (question.kind) {
    case 'step':
      await part.run(reader.read(question), question.settings, profile)
      profile.enter('read')
      break
    case 'graph':
      await part.runGraphAgain()
      break
    case 'close':
      await part.close()
  }
  return { kind: 'done', milliseconds: profile.totals().milliseconds }
}

function failed(error: unknown): Answer {
  if (error instanceof Abandoned) return { kind: 'abandoned' }
  barrier.abandon()
  return { kind: 'failed', error: errorData(error) }
}

try {
  const memories = createTableMemories({ shared })
  const reader = new BatchReader(memories.home)
  const part = await openStepPart(plan, {
    memories,
    share,
    gradients: (name) => reader.gradients(name),
    meet: () => {
      barrier.meet()
    },
  })
  port.on('message', (question: Question) => {
    void answerTo(question, part, reader)
      .catch(failed)
      .then((answer) => {
        say(answer)
        if (question.kind === 'close') port.close()
      })
  })
  say({ kind: 'done', milliseconds: {} })
} catch (error) {
  say(failed(error))
}
