/** Where a scoring thread begins: at low priority even its program leaves the processors to the version that serves. */
import { workerData } from 'node:worker_threads'
import type { ThreadStart } from './scoring-messages.js'
import { stepBack } from './thread-priority.js'

if ((workerData as ThreadStart).isLow) stepBack()
await import('./scoring-worker.js')
