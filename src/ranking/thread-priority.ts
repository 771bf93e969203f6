/** The priority of a thread, where the system has one for each of them (Linux) and lets us take it back. */
import { getPriority, platform, setPriority } from 'node:os'

/** Below a busy thread of the usual priority this leaves a tenth of a processor: what is lowered still arrives. */
const steps = 10

/** What the thread had before it was lowered; each thread has its own. */
let before: number | null = null

/** Lowers the priority of the calling thread. Where it could not be restored nothing is lowered. */
export function lowerPriority(): void {
  if (platform() !== 'linux') return
  try {
    // Without a process these speak of the calling thread.
    const usual = getPriority()
    // Up again takes a right that not every user has: one step is all that the trial may cost.
    setPriority(usual + 1)
    setPriority(usual)
    setPriority(usual + steps)
    before = usual
  } catch {
    before = null
  }
}

/** Gives the calling thread back what it had. */
export function restorePriority(): void {
  if (before !== null) setPriority(before)
  before = null
}
