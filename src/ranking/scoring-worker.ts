/** The program of a scoring thread: one bundle at a time over shared tables, sessions of its own, one request part after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import { WideDeepError, collectGarbage } from '../base/index.js'
import type { RawValue } from '../features/index.js'
import { openBundle } from '../model/index.js'
import type { Bundle } from '../model/index.js'
import type { RawRow } from '../features/index.js'
import { openFastRanker } from './fast-ranker.js'
import type { FastRanker } from './fast-ranker.js'
import { checkGolden } from './golden-check.js'
import { createRest } from './pace.js'
import { predictRows } from './row-predictions.js'
import type {
  Answer,
  LoadQuestion,
  OpenedBundle,
  PrepareQuestion,
  Question,
  RowValues,
  ThreadStart,
} from './scoring-messages.js'
import type { FillShare } from './split-scorer.js'
import { setOwnPriority } from './thread-priority.js'

/** Runs after which compilers and caches have settled. */
const warmUps = 20

const port = parentPort
if (!port) throw new Error('internal: a scoring thread is started by its pool')

interface Loaded {
  readonly bundle: Bundle
  readonly ranker: FastRanker
  readonly isBackground: boolean
}

let loaded: Loaded | undefined
let loading: Promise<unknown> = Promise.resolve()
let { isLow } = workerData as ThreadStart

function setLow(isWanted: boolean): void {
  if (isLow !== isWanted) setOwnPriority(isWanted)
  isLow = isWanted
}

async function answerTo(question: Question): Promise<Answer> {
  const { id } = question
  switch (question.kind) {
    case 'load': {
      const opening = load(question)
      loading = opening.catch(() => undefined)
      return { id, kind: 'loaded', opened: await opening }
    }
    case 'rank': {
      const { values, candidates, pairs } = question
      const { ranker } = opened()
      return { id, kind: 'ranked', ...(await ranker.rank(rowOf(values, ranker), candidates, pairs)) }
    }
    case 'predict':
      return { id, kind: 'predicted', ...(await predictRows(opened().bundle, question.rows)) }
    case 'items': {
      const items = JSON.parse(Buffer.from(question.rows.buffer).toString()) as RawRow[]
      await opened().ranker.setItems(question.first, items)
      return { id, kind: 'done' }
    }
    case 'prepare':
      await prepare(question, opened())
      return { id, kind: 'done' }
    case 'begin':
      setLow(false)
      if (question.fills) fillMeanwhile(question.fills, opened())
      return { id, kind: 'done' }
    case 'release':
      // Whoever serves now needs the processors more.
      setLow(question.isLow)
      await release()
      return { id, kind: 'done' }
    case 'close':
      await release()
      return { id, kind: 'done' }
  }
}

function opened(): Loaded {
  if (!loaded) throw new Error('internal: a thread without a bundle is asked')
  return loaded
}

async function load(question: LoadQuestion): Promise<OpenedBundle> {
  const { directory, itemPartBytes, shared, isBackground } = question
  setLow(question.isLow)
  collectNow()
  const rest = createRest(isBackground)
  const bundle = await openBundle(directory, { shared: shared?.tables })
  try {
    await rest()
    const ranker = await openFastRanker(bundle, { items: [], itemPartBytes, itemParts: shared?.itemParts, rest })
    loaded = { bundle, ranker, isBackground }
    const { requestColumns, itemParts } = ranker
    return { shared: { tables: bundle.sharedTables(), itemParts }, requestColumns }
  } catch (error) {
    await bundle.close()
    throw error
  }
}

/** A thread that waits for its next bundle has no reason to collect garbage by itself; the version that follows has had its first seconds by then. */
const collectAfterMs = 2000

let collecting: NodeJS.Timeout | undefined

function collectSoon(): void {
  collecting = setTimeout(() => {
    collecting = undefined
    collectGarbage()
  }, collectAfterMs).unref()
}

/** What is let go must not stand in memory beside what is loaded. */
function collectNow(): void {
  if (collecting) collectGarbage()
  clearTimeout(collecting)
  collecting = undefined
}

async function release(): Promise<void> {
  // A pool that fails while its threads load asks for it before they are done.
  await loading
  if (!loaded) return
  const { bundle, ranker } = loaded
  loaded = undefined
  await ranker.close()
  await bundle.close()
}

function rowOf(values: RowValues, { requestColumns }: FastRanker): RawRow {
  const row: Record<string, RawValue> = {}
  for (const [index, column] of requestColumns.entries()) if (values[index] !== undefined) row[column] = values[index]
  return row
}

/** Verifies and warms; who comes after another version is asked at once as often as that was, so its item parts are there by then. */
async function prepare(
  { share, candidates }: PrepareQuestion,
  { bundle, ranker, isBackground }: Loaded,
): Promise<void> {
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

/** Requests come first: nine tenths of the time it rests. What cannot be computed is said to whoever asks for it. */
function fillMeanwhile(share: FillShare, { ranker }: Loaded): void {
  ranker.fill(share, createRest(true, Infinity)).catch(() => undefined)
}

function reasonOf(error: unknown): string {
  if (error instanceof WideDeepError) return `${error.code}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

port.on('message', (question: Question) => {
  const { id, kind } = question
  void answerTo(question)
    .catch((error: unknown): Answer => ({ id, kind: 'failed', reason: reasonOf(error) }))
    .then((answer) => {
      port.postMessage(answer)
      if (kind === 'release') collectSoon()
      if (kind === 'close') port.close()
    })
})
