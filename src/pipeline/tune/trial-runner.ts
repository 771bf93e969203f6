/** Where trials run: in this process, or each in one of several worker processes. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { workerFailed } from './errors.js'
import { runTrial } from './trial.js'
import type { EpochValue, TrialContext, TrialJob, TrialOutcome, TrialRun } from './trial.js'

export interface TrialRunner {
  /** Trials at once. */
  readonly size: number
  run(trial: TrialRun): Promise<TrialOutcome>
  close(): Promise<void>
}

/** Trials in this process, one at a time. */
export const runnerHere = (context: TrialContext): TrialRunner => ({
  size: 1,
  run: (trial) => runTrial(context, trial),
  close: () => Promise.resolve(),
})

/** The first message to a worker: where it finds what its trials share. */
export interface WorkerStart {
  readonly kind: 'start'
  readonly config: string
  readonly prepared: string
  readonly preparedFingerprint: string
}
export type ToWorker = WorkerStart | { readonly kind: 'job'; readonly job: TrialJob } | { readonly kind: 'stop' }
export type FromWorker =
  | { readonly kind: 'epoch'; readonly value: EpochValue }
  | { readonly kind: 'outcome'; readonly outcome: TrialOutcome }
  | { readonly kind: 'error'; readonly reason: string }

const workerFile = new URL('./trial-worker.js', import.meta.url)

/** Trials in `size` processes: memory that a trial needs ends with its worker, and a crash is one trial's. */
export function runnerOfProcesses(size: number, start: WorkerStart): TrialRunner {
  const idle: ChildProcess[] = []
  const all = new Set<ChildProcess>()
  const create = (): ChildProcess => {
    // The channel's end is how a worker learns that this process is gone, however it went.
    const child = fork(fileURLToPath(workerFile), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    child.on('error', () => undefined)
    child.send(start)
    all.add(child)
    return child
  }
  return {
    size,
    async run(trial) {
      const child = idle.pop() ?? create()
      const outcome = await runOn(child, trial)
      // One that ended takes no further trial: the next gets a new process.
      if (child.exitCode === null && child.signalCode === null) idle.push(child)
      return outcome
    },
    async close() {
      await Promise.all([...all].map(endOf))
    },
  }
}

async function runOn(child: ChildProcess, { job, signal, onEpoch }: TrialRun): Promise<TrialOutcome> {
  const stop = (): void => void (child.connected && child.send({ kind: 'stop' } satisfies ToWorker))
  signal.addEventListener('abort', stop)
  try {
    return await new Promise<TrialOutcome>((resolve, reject) => {
      const onMessage = (message: FromWorker): void => {
        if (message.kind === 'epoch') onEpoch(message.value)
        if (message.kind === 'outcome') resolve(message.outcome)
        if (message.kind === 'error') reject(workerFailed({ reason: message.reason }))
      }
      // Memory is the usual cause: the next try would end the same way, so the trial has failed and not the search.
      child.once('exit', (code, cause) => {
        resolve({ kind: 'failed', reason: `its worker ended with ${cause ?? `exit code ${String(code)}`}` })
      })
      child.removeAllListeners('message').on('message', onMessage)
      child.send({ kind: 'job', job } satisfies ToWorker)
      if (signal.aborted) stop()
    })
  } finally {
    signal.removeEventListener('abort', stop)
    child.removeAllListeners('exit')
  }
}

/** Ends a worker by closing its channel. */
async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const done = once(child, 'exit')
  if (child.connected) child.disconnect()
  await done
}
