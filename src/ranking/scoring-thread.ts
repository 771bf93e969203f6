/** One scoring thread as its pool sees it: questions with answers. It loads one bundle after the other. */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { threadFailed } from './errors.js'
import type { Answer, LoadQuestion, OpenedBundle, Question, ThreadStart } from './scoring-messages.js'

type Asked = Question extends infer Q ? (Q extends Question ? Omit<Q, 'id'> : never) : never

interface Waiting {
  resolve(answer: Answer): void
  reject(error: Error): void
}

/** The built one, also where this file runs from its source. */
const workerFile = new URL('../../dist/ranking/scoring-start.js', import.meta.url)

export class ScoringThread {
  /** Questions that wait for their answers. */
  private readonly waiting = new Map<number, Waiting>()
  private readonly worker: Worker
  private readonly ended: Promise<void>
  private failure: Error | null = null
  private lastId = 0
  private directory = ''

  constructor(start: ThreadStart) {
    this.worker = new Worker(fileURLToPath(workerFile), { workerData: start })
    this.worker.on('message', (answer: Answer) => {
      this.hear(answer)
    })
    this.worker.on('error', (error) => {
      this.fail(error instanceof Error ? error.message : String(error))
    })
    this.ended = new Promise((resolve) => {
      this.worker.on('exit', (code) => {
        this.fail(`it ended with code ${String(code)}`)
        resolve()
      })
    })
  }

  /** How many questions are with the thread. */
  get inHand(): number {
    return this.waiting.size
  }

  /** False once the thread has ended, of itself or by a fault. */
  get isAlive(): boolean {
    return this.failure === null
  }

  /** Loads a bundle; what the other threads of a pool need of it. */
  async load(question: Omit<LoadQuestion, 'kind'>): Promise<OpenedBundle> {
    this.directory = question.directory
    const answer = await this.ask({ kind: 'load', ...question })
    if (answer.kind !== 'loaded') throw new Error('internal: a thread that has loaded says so')
    return answer.opened
  }

  /** Lets go of the bundle after what was asked before; false: the thread is of no more use. */
  async release(isLow: boolean): Promise<boolean> {
    await this.ask({ kind: 'release', isLow }).catch(() => undefined)
    return this.isAlive
  }

  ask(question: Asked): Promise<Answer> {
    const id = ++this.lastId
    const answer = this.wait(id)
    if (!this.failure) this.worker.postMessage({ ...question, id })
    return answer
  }

  /**
   * Ends the thread after what it was asked before; one that has failed ends by itself. A thread is never terminated: within a native
   * call that would end the process.
   */
  async close(): Promise<void> {
    await this.ask({ kind: 'close' }).catch(() => undefined)
    await this.ended
  }

  private wait(id: number): Promise<Answer> {
    if (this.failure) return Promise.reject(this.failure)
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject })
    })
  }

  private hear(answer: Answer): void {
    const asked = this.waiting.get(answer.id)
    this.waiting.delete(answer.id)
    if (answer.kind !== 'failed') asked?.resolve(answer)
    else asked?.reject(threadFailed({ directory: this.directory, reason: answer.reason }))
  }

  private fail(reason: string): void {
    this.failure ??= threadFailed({ directory: this.directory, reason })
    for (const { reject } of this.waiting.values()) reject(this.failure)
    this.waiting.clear()
  }
}
