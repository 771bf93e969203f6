/**
 * Where the time of a step goes, by phase; `wait` is for other threads, `bare` the graph run again by a profile, which is no part of
 * a step.
 */
export type StepPhase = 'gather' | 'masks' | 'copy' | 'graph' | 'update' | 'wait' | 'read' | 'bare'

/** Operations of matrix products, 2 for each multiplication. */
export interface OperationsApart {
  /** Those that the graph does not do, as some columns enter the first layer once for each distinct id. */
  readonly leftOut: number
  /** Those that are done instead: the products of ids, and the sums of their rows. */
  readonly instead: number
}

export interface StepProfile {
  enter(phase: StepPhase): void
  leave(rowCount: number, operations: OperationsApart): void
  /** Time of the phase that was spent by phase elsewhere, in milliseconds; the rest is the phase's own. */
  spent(elsewhere: Readonly<Record<string, number>>): void
  /** Milliseconds by phase, the rows they were spent on, and the operations of those. */
  totals(): {
    readonly milliseconds: Readonly<Record<string, number>>
    readonly rowCount: number
    readonly operations: OperationsApart
  }
}

/** A profile that measures with `now` (milliseconds); time outside steps is the reading phase's. */
export function createStepProfile(now: () => number): StepProfile {
  const milliseconds: Record<string, number> = {}
  let phase: StepPhase = 'read'
  let since = now()
  let rows = 0
  let [leftOut, instead] = [0, 0]
  const enter = (next: StepPhase): void => {
    const time = now()
    milliseconds[phase] = (milliseconds[phase] ?? 0) + time - since
    phase = next
    since = time
  }
  return {
    enter,
    leave(rowCount, operations) {
      rows += rowCount
      leftOut += operations.leftOut
      instead += operations.instead
      enter('read')
    },
    spent: (elsewhere) => {
      for (const [name, time] of Object.entries(elsewhere)) {
        milliseconds[name] = (milliseconds[name] ?? 0) + time
        milliseconds[phase] = (milliseconds[phase] ?? 0) - time
      }
    },
    totals: () => ({ milliseconds, rowCount: rows, operations: { leftOut, instead } }),
  }
}
