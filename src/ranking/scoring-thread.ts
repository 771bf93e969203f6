/** One scoring thread as its pool sees it: questions with answers. */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { threadFailed } from './errors.js'
import type { Answer, OpenedBundle, Question, ThreadStart } from './scoring-messages.js'

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

  constructor(private readonly start: ThreadStart) {
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
  get load(): number {
    return this.waiting.size
  }

  /** What the others need, once the thread has opened the bundle. */
  async open(): Promise<OpenedBundle> {
    const answer = await this.wait(0)
    if (answer.kind !== 'open') throw new Error('internal: a thread says first that it is open')
    return answer.opened
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
    else asked?.reject(threadFailed({ directory: this.start.directory, reason: answer.reason }))
  }

  private fail(reason: string): void {
    this.failure ??= threadFailed({ directory: this.start.directory, reason })
    for (const { reject } of this.waiting.values()) reject(this.failure)
    this.waiting.clear()
  }
}
