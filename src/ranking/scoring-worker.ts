/** The program of a scoring thread: a bundle over shared tables, sessions of its own, one request part after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import { WideDeepError } from '../base/index.js'
import type { RawValue } from '../features/index.js'
import { openBundle } from '../model/index.js'
import type { Bundle } from '../model/index.js'
import type { RawRow } from '../features/index.js'
import { openFastRanker } from './fast-ranker.js'
import type { FastRanker } from './fast-ranker.js'
import { checkGolden } from './golden-check.js'
import { createRest } from './pace.js'
import { predictRows } from './row-predictions.js'
import type { Answer, PrepareQuestion, Question, RowValues, ThreadStart } from './scoring-messages.js'
import { setOwnPriority } from './thread-priority.js'

/** Runs after which compilers and caches have settled. */
const warmUps = 20

const port = parentPort
if (!port) throw new Error('internal: a scoring thread is started by its pool')
const say = (answer: Answer): void => {
  port.postMessage(answer)
}

async function answerTo(question: Question, bundle: Bundle, ranker: FastRanker): Promise<Answer> {
  const { id } = question
  switch (question.kind) {
    case 'rank': {
      const { values, candidates, pairs } = question
      return { id, kind: 'ranked', ...(await ranker.rank(rowOf(values, ranker), candidates, pairs)) }
    }
    case 'predict':
      return { id, kind: 'predicted', ...(await predictRows(bundle, question.rows)) }
    case 'items':
      await ranker.setItems(question.first, JSON.parse(Buffer.from(question.rows.buffer).toString()) as RawRow[])
      return { id, kind: 'done' }
    case 'prepare':
      await prepare(question, bundle, ranker)
      if (isLow) setOwnPriority(false)
      return { id, kind: 'done' }
    case 'close':
      await ranker.close()
      await bundle.close()
      return { id, kind: 'done' }
  }
}

function rowOf(values: RowValues, { requestColumns }: FastRanker): RawRow {
  const row: Record<string, RawValue> = {}
  for (const [index, column] of requestColumns.entries()) if (values[index] !== undefined) row[column] = values[index]
  return row
}

/** Verifies and warms; who comes after another version is asked at once as often as that was, so its item parts are there by then. */
async function prepare({ share, candidates }: PrepareQuestion, bundle: Bundle, ranker: FastRanker): Promise<void> {
  // What was waited for until now is no work to rest from.
  const rest = createRest(isBackground)
  await checkGolden(bundle, ranker, rest)
  if (isBackground) await ranker.fill(share, rest)
  const { golden } = bundle
  const items = Int32Array.from({ length: Math.min(candidates, ranker.itemCount) }, (_, item) => item)
  for (let run = 0; run < warmUps && items.length > 0; run++) {
    await ranker.rank(golden[run % golden.length]?.row ?? {}, items)
    await rest()
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof WideDeepError) return `${error.code}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

const { directory, itemPartBytes, shared, isBackground, isLow } = workerData as ThreadStart
try {
  const rest = createRest(isBackground)
  const bundle = await openBundle(directory, { shared: shared?.tables })
  await rest()
  const ranker = await openFastRanker(bundle, { items: [], itemPartBytes, itemParts: shared?.itemParts, rest })
  port.on('message', (question: Question) => {
    void answerTo(question, bundle, ranker)
      .catch((error: unknown): Answer => ({ id: question.id, kind: 'failed', reason: reasonOf(error) }))
      .then((answer) => {
        say(answer)
        if (question.kind === 'close') port.close()
      })
  })
  const { requestColumns, itemParts } = ranker
  say({ id: 0, kind: 'open', opened: { shared: { tables: bundle.sharedTables(), itemParts }, requestColumns } })
} catch (error) {
  say({ id: 0, kind: 'failed', reason: reasonOf(error) })
}
