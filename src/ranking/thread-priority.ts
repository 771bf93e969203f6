/** Loading at low priority, so that a new version does not slow down the one that serves. Linux alone gives each thread its own. */
import { constants, getPriority, setPriority } from 'node:os'
import { Worker } from 'node:worker_threads'

/** The calling thread. */
const self = 0
const usual = getPriority(self)
const low = Math.max(usual, constants.priority.PRIORITY_BELOW_NORMAL)
const tryBoth = `for (const one of [${String(low)}, ${String(usual)}]) require('node:os').setPriority(${String(self)}, one)`

let canRise: Promise<boolean> | undefined

/** Whether a thread that goes down can come up again, which takes a privilege: tried once, by a thread that ends at once. */
export const canComeUpAgain = (): Promise<boolean> =>
  (canRise ??= process.platform === 'linux' ? tried() : Promise.resolve(false))

function tried(): Promise<boolean> {
  return new Promise((resolve) => {
    const trial = new Worker(tryBoth, { eval: true })
    trial.on('error', () => undefined)
    trial.on('exit', (code) => {
      resolve(code === 0)
    })
  })
}

/** Sets the priority of the calling thread; only where `canComeUpAgain`. */
export function setOwnPriority(isLow: boolean): void {
  setPriority(self, isLow ? low : usual)
}
