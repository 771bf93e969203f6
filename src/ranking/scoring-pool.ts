/**
 * Scoring threads (DESIGN §6): each owns sessions of one thread over tables and item parts that all share, and a request is split by us over those that are
 * idle, into parts of at most `partSize` candidates (the paper's Table 2). No session ever runs on the caller's thread.
 */
import type { RawRow } from '../features/index.js'
import { defaultItemPartBytes } from './fast-ranker.js'
import { pairRange } from './pair-values.js'
import { joinedPredictions, rowParts } from './row-predictions.js'
import type { Answer, LoadQuestion, OpenedBundle, PartQuestion, SharedText } from './scoring-messages.js'
import type { Rest } from './pace.js'
import { createRest } from './pace.js'
import { ScoringReserve } from './scoring-reserve.js'
import type { FillShare } from './split-scorer.js'
import type { ScoringThread } from './scoring-thread.js'
import type {
  RankRequest,
  RankedCandidates,
  ItemText,
  RowPredictions,
  ScoringPool,
  ScoringPoolOptions,
} from './scoring.js'
import { canComeUpAgain } from './thread-priority.js'

/** Items that are handed over at once: half a millisecond or so of the caller's thread. */
const itemsPerMessage = 200
/** Threads that are idle share a request as long as each gets so many: what is done once a part takes the time of some 25 candidates. */
const smallestPart = 50
/** Requests that a pool remembers, and times that a pool which follows it asks them. */
const [remembered, rehearsals] = [64, 128]
/** Parts with a thread at once: the next is there when one is done. */
const mostPartsPerThread = 2

/** Has threads load a bundle, verify its golden requests and warm up; resolves when all are ready. */
export async function openScoringPool(directory: string, options: ScoringPoolOptions): Promise<ScoringPool> {
  const { threads: count = 1, itemPartBytes = defaultItemPartBytes, partSize = 200, items } = options
  const { isBackground = false, reserve = new ScoringReserve(0), rehearsal = [] } = options
  const isLow = isBackground && (await canComeUpAgain())
  const threads = Array.from({ length: count }, () => reserve.take())
  try {
    const loading = loadAll(threads, { directory, itemPartBytes, isBackground, isLow })
    const [{ requestColumns }, rows] = await Promise.all([loading, items])
    await sendItems(threads, { first: 0, items: rows, rest: createRest(isBackground) })
    const shareOf = (thread: number): FillShare => ({ thread, threads: count })
    const prepare = (thread: ScoringThread, index: number): Promise<Answer> =>
      thread.ask({ kind: 'prepare', candidates: partSize, share: shareOf(index) })
    await Promise.all(threads.map(prepare))
    const pool = new Pool({ threads, reserve, partSize, requestColumns }, rows.length)
    await rehearse(pool, rehearsal, createRest(isBackground))
    // Who follows another version has its item parts; the first one is not kept waiting for them.
    const begin = (thread: ScoringThread, index: number): Promise<Answer> =>
      thread.ask({ kind: 'begin', fills: isBackground ? null : shareOf(index) })
    await Promise.all(threads.map(begin))
    return pool
  } catch (error) {
    await Promise.all(threads.map((thread) => reserve.giveBack(thread)))
    throw error
  }
}

/** The first thread loads the tables and has the memory of item parts, the others share both. */
async function loadAll(
  [first, ...others]: readonly ScoringThread[],
  question: Omit<LoadQuestion, 'kind' | 'shared'>,
): Promise<OpenedBundle> {
  if (!first) throw new Error('internal: a pool has a thread')
  const opened = await first.load({ ...question, shared: undefined })
  await Promise.all(others.map((thread) => thread.load({ ...question, shared: opened.shared })))
  return opened
}

/** Asks again what was asked of late, until compilers and caches have settled on it. */
async function rehearse(pool: Pool, requests: readonly RankRequest[], rest: Rest): Promise<void> {
  // What came to the catalogue while the pool was loading is not there yet.
  const known = requests.filter(({ candidates }) => candidates.every((item) => item < pool.itemCount))
  for (let run = 0; run < rehearsals; run++) {
    const request = known[run % known.length]
    if (!request) return
    // Nobody waits for it: it has no deadline.
    const { row, candidates, pairs = {} } = request
    await pool.rank({ row, candidates, pairs })
    await rest()
  }
}

interface PoolParts {
  readonly threads: readonly ScoringThread[]
  readonly reserve: ScoringReserve
  readonly partSize: number
  readonly requestColumns: readonly string[]
}

/** Some of a request, and where its answer goes. */
interface Part {
  readonly question: PartQuestion
  /** True once nobody waits for it any more. */
  isLate(): boolean
  done(answer: Answer): void
  failed(error: unknown): void
}

class Pool implements ScoringPool {
  private readonly queue: Part[] = []
  private readonly asked: RankRequest[] = []
  private askedAt = 0
  private inFlight = 0
  private isClosing = false
  private drained: (() => void) | null = null

  constructor(
    private readonly parts: PoolParts,
    private items: number,
  ) {}

  get threads(): number {
    return this.parts.threads.length
  }

  get itemCount(): number {
    return this.items
  }

  get waiting(): number {
    return this.queue.length
  }

  recent(): readonly RankRequest[] {
    return this.asked
  }

  forgetRecent(): void {
    this.asked.length = 0
    this.askedAt = 0
  }

  rank(request: RankRequest): Promise<RankedCandidates> {
    if (this.isClosing) throw new Error('internal: a closed pool is asked')
    this.asked[this.askedAt++ % remembered] = request
    const { row, candidates, pairs = {}, deadlineMs } = request
    return new Promise((resolve, reject) => {
      const scores = new Float32Array(candidates.length).fill(NaN)
      const order = new Float32Array(candidates.length).fill(NaN)
      let [scored, isOver] = [0, false]
      const end = (): void => {
        isOver = true
        clearTimeout(timer)
        resolve({ scores, order, scored })
      }
      const values = this.parts.requestColumns.map((column) => row[column])
      const timer = deadlineMs === undefined ? undefined : setTimeout(end, deadlineMs)
      for (const [first, own] of partsOf(candidates, this.sizeNow(candidates.length))) {
        this.queue.push({
          question: { kind: 'rank', values, candidates: own, pairs: pairRange(pairs, first, first + own.length) },
          isLate: () => isOver,
          done(answer) {
            if (isOver || answer.kind !== 'ranked') return
            scores.set(answer.scores, first)
            order.set(answer.order, first)
            scored += own.length
            if (scored === candidates.length) end()
          },
          failed(error) {
            isOver = true
            clearTimeout(timer)
            reject(error instanceof Error ? error : new Error(String(error)))
          },
        })
      }
      if (candidates.length === 0) end()
      this.dispatch()
    })
  }

  async predictRows(rows: readonly RawRow[]): Promise<RowPredictions> {
    if (this.isClosing) throw new Error('internal: a closed pool is asked')
    const parts = rowParts(rows, this.parts.partSize)
    const answers: RowPredictions[] = []
    let next = 0
    // A part for each thread at a time: ten thousand rows must not stand in the way of lists, which have a deadline.
    const lane = async (): Promise<void> => {
      for (let at = next++; at < parts.length; at = next++) answers[at] = await this.predictPart(parts[at] ?? [])
    }
    await Promise.all(this.parts.threads.map(lane))
    return joinedPredictions(answers)
  }

  private predictPart(rows: readonly RawRow[]): Promise<RowPredictions> {
    return new Promise((resolve, reject) => {
      this.queue.push({
        question: { kind: 'predict', rows },
        isLate: () => false,
        done(answer) {
          if (answer.kind === 'predicted') resolve(answer)
        },
        failed: reject,
      })
      this.dispatch()
    })
  }

  async setItems(first: number, rows: readonly ItemText[]): Promise<void> {
    await sendItems(this.parts.threads, { first, items: rows, rest: createRest(false) })
    this.items = Math.max(this.items, first + rows.length)
  }

  async close(): Promise<void> {
    this.isClosing = true
    if (this.inFlight > 0 || this.queue.length > 0) await new Promise<void>((resolve) => (this.drained = resolve))
    const { threads, reserve } = this.parts
    await Promise.all(threads.map((thread) => reserve.giveBack(thread)))
  }

  /** Latency while threads are idle, throughput while they are not. */
  private sizeNow(candidates: number): number {
    const idle = this.queue.length > 0 ? 0 : this.parts.threads.filter(({ inHand }) => inHand === 0).length
    const share = Math.ceil(candidates / Math.max(1, idle))
    return Math.min(this.parts.partSize, Math.max(smallestPart, share))
  }

  /** Gives parts to the threads with the least to do; late ones are dropped. */
  private dispatch(): void {
    while (this.queue.length > 0) {
      if (this.queue[0]?.isLate() === true) {
        this.queue.shift()
        continue
      }
      const thread = this.parts.threads.reduce((least, one) => (one.inHand < least.inHand ? one : least))
      if (thread.inHand >= mostPartsPerThread) return
      const part = this.queue.shift()
      if (part) void this.give(part, thread)
    }
    if (this.inFlight === 0) this.drained?.()
  }

  private async give({ question, done, failed }: Part, thread: ScoringThread): Promise<void> {
    this.inFlight++
    try {
      done(await thread.ask(question))
    } catch (error) {
      failed(error)
    }
    this.inFlight--
    this.dispatch()
  }
}

/** Parts of nearly one size, none above `partSize`, with the place of their first candidate. */
function partsOf(candidates: Int32Array, partSize: number): [number, Int32Array][] {
  const count = Math.ceil(candidates.length / partSize)
  const size = Math.ceil(candidates.length / Math.max(1, count))
  return Array.from({ length: count }, (_, index) => {
    const first = index * size
    return [first, candidates.slice(first, first + size)]
  })
}

interface SentItems {
  readonly first: number
  readonly items: readonly ItemText[]
  readonly rest: Rest
}

/** Hands items to every thread, written once, a little at a time. */
async function sendItems(threads: readonly ScoringThread[], { first, items, rest }: SentItems): Promise<void> {
  for (let at = 0; at < items.length; at += itemsPerMessage) {
    const rows = shared(`[${items.slice(at, at + itemsPerMessage).join()}]`)
    await Promise.all(threads.map((thread) => thread.ask({ kind: 'items', first: first + at, rows })))
    await rest()
  }
}

function shared(text: string): SharedText {
  const bytes = new Uint8Array(new SharedArrayBuffer(Buffer.byteLength(text)))
  Buffer.from(bytes.buffer).write(text)
  return bytes
}
