/** Where a scoring thread begins: at low priority even its program leaves the processors to the version that serves. */
import { workerData } from 'node:worker_threads'
import type { ThreadStart } from './scoring-messages.js'
import { setOwnPriority } from './thread-priority.js'

if ((workerData as ThreadStart).isLow) setOwnPriority(true)
await import('./scoring-worker.js')
