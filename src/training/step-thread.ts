/** One training thread as the step sees it: questions are answered one after the other, in their order. */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Abandoned } from './barrier.js'
import { errorOf } from './error-data.js'
import { threadEnded } from './errors.js'
import type { Answer, Question, ThreadStart } from './step-messages.js'

/** The built one, also where this file runs from its source. */
const workerFile = new URL('../../dist/training/step-worker.js', import.meta.url)

type Milliseconds = Readonly<Record<string, number>>

export class StepThread {
  private readonly worker: Worker
  private readonly ended: Promise<void>
  private waiting: { resolve(milliseconds: Milliseconds): void; reject(error: Error): void }[] = []
  private failure: Error | null = null

  /** Starts the thread; `lost` is called when it ends without being asked to. */
  constructor(start: ThreadStart, lost: () => void) {
    this.worker = new Worker(fileURLToPath(workerFile), { workerData: start })
    this.worker.on('message', (answer: Answer) => {
      this.hear(answer)
    })
    this.worker.on('error', (cause) => {
      this.fail(threadEnded({ reason: cause instanceof Error ? cause.message : String(cause) }, { cause }))
      lost()
    })
    this.ended = new Promise((resolve) => {
      this.worker.on('exit', (code) => {
        this.fail(threadEnded({ reason: `exit code ${String(code)}` }))
        lost()
        resolve()
      })
    })
  }

  /** Resolves when the thread is ready. */
  open(): Promise<Milliseconds> {
    return this.answer()
  }

  ask(question: Question): Promise<Milliseconds> {
    const answer = this.answer()
    if (!this.failure) this.worker.postMessage(question)
    return answer
  }

  /** Ends the thread after what it was asked before. It is never terminated: within a native call that would end the process. */
  async close(): Promise<void> {
    await this.ask({ kind: 'close' }).catch(() => undefined)
    await this.ended
  }

  private answer(): Promise<Milliseconds> {
    if (this.failure) return Promise.reject(this.failure)
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject })
    })
  }

  private hear(answer: Answer): void {
    const asked = this.waiting.shift()
    if (answer.kind === 'done') asked?.resolve(answer.milliseconds)
    else asked?.reject(answer.kind === 'failed' ? errorOf(answer.error) : new Abandoned())
  }

  private fail(failure: Error): void {
    this.failure ??= failure
    for (const asked of this.waiting) asked.reject(this.failure)
    this.waiting = []
  }
}
