/** Where the time of a step goes, by phase; `bare` is the graph run again by a profile, which is no part of a step. */
export type StepPhase = 'gather' | 'masks' | 'copy' | 'graph' | 'update' | 'read' | 'bare'

export interface StepProfile {
  enter(phase: StepPhase): void
  leave(rowCount: number): void
  /** Milliseconds by phase, and the rows they were spent on. */
  totals(): { readonly milliseconds: Readonly<Record<string, number>>; readonly rowCount: number }
}

/** A profile that measures with `now` (milliseconds); time outside steps is the reading phase's. */
export function createStepProfile(now: () => number): StepProfile {
  const milliseconds: Record<string, number> = {}
  let phase: StepPhase = 'read'
  let since = now()
  let rows = 0
  const enter = (next: StepPhase): void => {
    const time = now()
    milliseconds[phase] = (milliseconds[phase] ?? 0) + time - since
    phase = next
    since = time
  }
  return {
    enter,
    leave: (rowCount) => {
      rows += rowCount
      enter('read')
    },
    totals: () => ({ milliseconds, rowCount: rows }),
  }
}
