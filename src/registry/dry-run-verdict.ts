/** What came of a dry run: how its process ended and what it said, as one word and its reasons. */
import type { GoldenAnswers } from './golden-requests.js'

/** Everything but `PASSED` means that the bundle must not serve. */
export type DryRunVerdict =
  | 'PASSED'
  /** The loader refused it: damaged, of an unknown format, without golden requests. */
  | 'REFUSED'
  | 'CRASHED'
  /** No answer within the deadline. */
  | 'HUNG'
  | 'NOT_A_NUMBER'
  /** A score further than 1e-5 from the trainer's. */
  | 'DISAGREES'
  | 'TOO_MUCH_MEMORY'

/** What the child says at its end. */
export type DryRunReport = Answered | { readonly kind: 'refused' | 'failed'; readonly reason: string }

export interface Answered {
  readonly kind: 'answered'
  readonly answers: GoldenAnswers
  readonly loadMs: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly peakBytes: number
}

export interface Ended {
  readonly report: DryRunReport | null
  readonly stopped: 'HUNG' | 'TOO_MUCH_MEMORY' | null
  /** How the process ended, and the end of what it wrote to standard error. */
  readonly exit: string
  readonly stderr: string
}

export interface Limits {
  readonly deadlineMs: number
  readonly memoryLimitBytes: number
}

export interface Judged {
  readonly verdict: DryRunVerdict
  readonly reasons: readonly string[]
}

const tolerance = 1e-5

/** Judges a process that has ended, the worst first. */
export function judge({ report, stopped, exit, stderr }: Ended, limits: Limits): Judged {
  const allowed = `${megabytes(limits.memoryLimitBytes)} MB allowed`
  if (stopped === 'HUNG') return is('HUNG', `no answer after ${String(limits.deadlineMs)} ms`)
  if (stopped === 'TOO_MUCH_MEMORY') return is('TOO_MUCH_MEMORY', `it took more than the ${allowed}`)
  if (report === null) {
    if (/out of memory/i.test(stderr)) return is('TOO_MUCH_MEMORY', `it ran out of memory with ${allowed}`)
    return is('CRASHED', `the process ended with ${exit}`, ...lastLine(stderr))
  }
  if (report.kind === 'answered') return judgeAnswers(report, limits)
  if (report.kind === 'refused') return is('REFUSED', report.reason)
  const isMemory = /out of memory|allocation failed|could not allocate/i.test(report.reason)
  return is(isMemory ? 'TOO_MUCH_MEMORY' : 'CRASHED', report.reason)
}

function judgeAnswers({ answers, peakBytes }: Answered, { memoryLimitBytes }: Limits): Judged {
  const { count, notNumbers, largestDifference, worst } = answers
  if (peakBytes > memoryLimitBytes)
    return is('TOO_MUCH_MEMORY', `${megabytes(peakBytes)} MB at the peak, ${megabytes(memoryLimitBytes)} MB allowed`)
  if (count === 0) return is('REFUSED', 'golden.json must have requests to ask; it has none')
  if (notNumbers.length > 0) {
    const places = `${notNumbers.slice(0, 5).join(', ')}${notNumbers.length > 5 ? ', …' : ''}`
    return is(
      'NOT_A_NUMBER',
      `${String(notNumbers.length)} of ${String(count)} scores are not finite: requests ${places}`,
    )
  }
  if (largestDifference <= tolerance) return is('PASSED')
  const difference = largestDifference.toExponential(2)
  return is('DISAGREES', `request ${String(worst)} is ${difference} from the trainer's score, 1e-5 allowed`)
}

const is = (verdict: DryRunVerdict, ...reasons: string[]): Judged => ({ verdict, reasons })

const megabytes = (bytes: number): string => String(Math.round(bytes / 1e6))

const lastLine = (text: string): string[] => text.trim().split('\n').slice(-1).filter(Boolean)
