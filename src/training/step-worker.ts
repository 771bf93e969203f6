/** The program of a training thread: one part of every step, over tables that all threads share. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { createTableMemories } from '../tables/index.js'
import type { TableMemory } from '../tables/index.js'
import { Abandoned, openBarrier } from './barrier.js'
import { openBatch } from './batch-place.js'
import type { BatchPlace } from './batch-place.js'
import { errorData } from './error-data.js'
import type { Answer, Question, ThreadStart } from './step-messages.js'
import { openStepPart } from './step-part.js'
import type { StepPart } from './step-part.js'
import type { Turn } from './step-plan.js'
import { createStepProfile } from './step-profile.js'
import type { TrainingBatch } from './training-batch.js'

const port = parentPort
if (!port) throw new Error('internal: a training thread is started by its step')
const say = (answer: Answer): void => {
  port.postMessage(answer)
}

const { plan, memories: shared, share, barrier: barrierOf } = workerData as ThreadStart
const barrier = openBarrier(barrierOf, share.count)

/** Where the batches of the steps lie, in turns, and the last of each turn as views. */
class BatchReader {
  private readonly places = new Map<Turn, BatchPlace>()
  private readonly batches = new Map<Turn, TrainingBatch>()
  private place: BatchPlace | undefined

  constructor(private readonly memory: TableMemory) {}

  /** The views that the turn had before, where the batch lies and is as large as that one. */
  read({ place, rowCount, firstRow, settings: { turn } }: Extract<Question, { kind: 'step' }>): TrainingBatch {
    if (place) this.places.set(turn, place)
    this.place = this.places.get(turn)
    if (!this.place) throw new Error('internal: the first batch comes with its place')
    const known = place ? undefined : this.batches.get(turn)
    const batch =
      known?.rowCount === rowCount ? { ...known, firstRow } : openBatch(this.memory, this.place, { rowCount, firstRow })
    this.batches.set(turn, batch)
    return batch
  }

  /** Of the batch that was read last. */
  shared(name: string): number {
    const place = this.place?.shared[name]
    if (!place) throw new Error(`internal: nothing shared as ${name}`)
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
    shared: (name) => reader.shared(name),
    meet: () => {
      barrier.meet()
    },
  })
  const asked: Question[] = []
  // What was asked since is taken from the port: the next step need not wait for a turn of the event loop.
  const next = (): Question | undefined =>
    asked.shift() ?? (receiveMessageOnPort(port) as { readonly message: Question } | undefined)?.message
  let isAnswering = false
  const answerAll = async (): Promise<void> => {
    if (isAnswering) return
    isAnswering = true
    for (let question = next(); question; question = next()) {
      say(await answerTo(question, part, reader).catch(failed))
      if (question.kind === 'close') port.close()
    }
    isAnswering = false
  }
  port.on('message', (question: Question) => {
    asked.push(question)
    void answerAll()
  })
  say({ kind: 'done', milliseconds: {} })
} catch (error) {
  say(failed(error))
}
