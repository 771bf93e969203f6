/** What every data check answers; one check, one file in this folder, one line in `index.ts`. */
import type { CheckContext } from './context.js'

/** `SKIP`: the config has nothing that the check could look at; the text says why. */
export type CheckVerdict = 'PASS' | 'WARN' | 'FAIL' | 'SKIP'

export interface CheckFinding {
  readonly verdict: CheckVerdict
  /** What was found, in one line; of a skipped check, why it was. */
  readonly text: string
  readonly counts: Readonly<Record<string, number>>
  /** The first of what is wrong, each with its file and row, its key or its column. */
  readonly offenders: readonly string[]
  /** How to mend it; `null` where nothing is to be mended. */
  readonly hint: string | null
}

export interface DataCheck {
  readonly name: string
  /** What it looks at, in one line. */
  readonly asks: string
  run(context: CheckContext): Promise<CheckFinding>
}

/** Most offenders that a finding names. */
export const shownOffenders = 3

export const skipped = (text: string): CheckFinding => ({
  verdict: 'SKIP',
  text,
  counts: {},
  offenders: [],
  hint: null,
})

/** A finding whose offenders and hint are told only where there is something to mend. */
export function finding(
  verdict: CheckVerdict,
  found: Omit<CheckFinding, 'verdict' | 'offenders' | 'hint'> & {
    readonly offenders?: readonly string[]
    readonly hint: string
  },
): CheckFinding {
  const isFaulty = verdict !== 'PASS'
  const { text, counts, offenders = [], hint } = found
  return { verdict, text, counts, offenders: isFaulty ? offenders : [], hint: isFaulty ? hint : null }
}

/** The verdict on a share by two thresholds, each of which is itself still allowed. */
export function graded(share: number, { warn, fail = Infinity }: { warn: number; fail?: number }): CheckVerdict {
  if (share > fail) return 'FAIL'
  return share > warn ? 'WARN' : 'PASS'
}
