import { executorFailed } from '../errors.js'

/** Throws `GRAPH_EXECUTOR_FAILED` for a status that is not success. */
export function requireSuccess(status: number, what: string): void {
  if (status !== 0) throw executorFailed({ executor: 'onednn', reason: `${what} answers status ${String(status)}` })
}
