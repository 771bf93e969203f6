/** The priority of a thread, where the system has one for each of them (Linux) and lets us take it back. */
import { readlinkSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

/** Below a busy thread of the usual priority this leaves a tenth of a processor: what is lowered still arrives. */
const steps = 10

/** Lowers the priority of the calling thread; answers what restores it. Where it could not be restored nothing is lowered. */
export function lowerPriority(): () => void {
  const thread = systemThread()
  if (thread === null) return nothing
  try {
    const usual = getPriority(thread)
    // Up again takes a right that not every user has: one step is all that the trial may cost.
    setPriority(thread, usual + 1)
    setPriority(thread, usual)
    setPriority(thread, usual + steps)
    return () => {
      setPriority(thread, usual)
    }
  } catch {
    return nothing
  }
}

/** The number of the calling thread; `null` where threads have none of their own. */
function systemThread(): number | null {
  try {
    return Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1] ?? Number.NaN) || null
  } catch {
    return null
  }
}

const nothing = (): void => undefined
