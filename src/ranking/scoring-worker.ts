/** The program of a scoring thread: a bundle over shared tables, sessions of its own, one request part after the other. */
import { deserialize } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { WideDeepError } from '../base/index.js'
import { openBundle } from '../model/index.js'
import type { Bundle } from '../model/index.js'
import type { RawRow } from '../features/index.js'
import { openFastRanker } from './fast-ranker.js'
import type { FastRanker } from './fast-ranker.js'
import { checkGolden } from './golden-check.js'
import type { Answer, Question, SharedTables, ThreadStart } from './scoring-messages.js'
import { restorePriority } from './thread-priority.js'

/** Runs after which compilers and caches have settled. */
const warmUps = 20

const port = parentPort
if (!port) throw new Error('internal: a scoring thread is started by its pool')
const say = (answer: Answer): void => {
  port.postMessage(answer)
}

const { directory, itemPartBytes, isBackground } = workerData as ThreadStart
let opened: { readonly bundle: Bundle; readonly ranker: FastRanker } | null = null

async function open(shared: SharedTables | undefined): Promise<SharedTables> {
  const bundle = await openBundle(directory, { shared })
  opened = { bundle, ranker: await openFastRanker(bundle, { items: [], itemPartBytes }) }
  return bundle.sharedTables()
}

async function answerTo(question: Question): Promise<Answer> {
  const { id, kind } = question
  if (kind === 'open') return { id, kind, shared: await open(question.shared) }
  if (kind === 'close') {
    await opened?.ranker.close()
    await opened?.bundle.close()
    return { id, kind: 'done' }
  }
  if (!opened) throw new Error('internal: a thread that has no bundle is asked')
  const { bundle, ranker } = opened
  switch (kind) {
    case 'rank':
      return { id, kind: 'ranked', ...(await ranker.rank(question.row, question.candidates)) }
    case 'items':
      // What the deserializer reads must not be shared.
      await ranker.setItems(question.first, deserialize(Uint8Array.from(question.rows)) as RawRow[])
      return { id, kind: 'done' }
    case 'prepare':
      await checkGolden(bundle)
      // Who comes after another version is asked at once as often as that was.
      if (isBackground) await ranker.fill()
      await warmUp(bundle, ranker, question.candidates)
      restorePriority()
      return { id, kind: 'done' }
  }
}

async function warmUp({ golden }: Bundle, ranker: FastRanker, candidates: number): Promise<void> {
  const items = Int32Array.from({ length: Math.min(candidates, ranker.itemCount) }, (_, item) => item)
  for (let run = 0; run < warmUps && items.length > 0; run++)
    await ranker.rank(golden[run % golden.length]?.row ?? {}, items)
}

function reasonOf(error: unknown): string {
  if (error instanceof WideDeepError) return `${error.code}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

port.on('message', (question: Question) => {
  void answerTo(question)
    .catch((error: unknown): Answer => ({ id: question.id, kind: 'failed', reason: reasonOf(error) }))
    .then((answer) => {
      say(answer)
      if (question.kind === 'close') port.close()
    })
})
