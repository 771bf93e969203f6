/** Where a scoring thread begins: beside another version even the loading of its program leaves the processors to that. */
import { workerData } from 'node:worker_threads'
import type { ThreadStart } from './scoring-messages.js'
import { lowerPriority } from './thread-priority.js'

if ((workerData as ThreadStart).isBackground) lowerPriority()
await import('./scoring-worker.js')
