/** The program of a worker process: runs the trials that the search sends, and ends when the search does. */
import { loadConfig } from '../config-file.js'
import { openContext, runTrial } from './trial.js'
import type { TrialContext, TrialJob } from './trial.js'
import type { FromWorker, ToWorker } from './trial-runner.js'

let context: Promise<TrialContext> | undefined
let controller = new AbortController()

/** A search that has just been killed hears nothing, and that is no fault of the worker. */
const send = (message: FromWorker): void =>
  void (process.connected && process.send?.(message, undefined, undefined, () => undefined))

async function perform(job: TrialJob): Promise<void> {
  controller = new AbortController()
  const { signal } = controller
  try {
    if (!context) throw new Error('internal: a job before the start')
    const onEpoch = (value: { epochs: number; value: number | null }): void => {
      send({ kind: 'epoch', value })
    }
    send({ kind: 'outcome', outcome: await runTrial(await context, { job, signal, onEpoch }) })
  } catch (error) {
    send({ kind: 'error', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}

process.on('message', (message: ToWorker) => {
  if (message.kind === 'start') {
    context = loadConfig(message.config).then(({ config }) =>
      openContext(config, message.prepared, message.preparedFingerprint),
    )
    // Its fault is reported by the first job.
    context.catch(() => undefined)
  }
  if (message.kind === 'job') void perform(message.job)
  if (message.kind === 'stop') controller.abort()
})
// A terminal sends Ctrl-C to every process: the search alone decides, and tells its workers.
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit(0))
