/** The data checks as text: a line for each, and below those that found something the first offenders and the way out. */
import type { CheckReport, CheckResult } from '../pipeline/index.js'

export function checkText({ checks, verdicts }: CheckReport): string {
  const width = Math.max(0, ...checks.map(({ name }) => name.length))
  const { PASS, WARN, FAIL, SKIP } = verdicts
  return [
    ...checks.flatMap((check) => linesOf(check, width)),
    '',
    `${String(PASS)} passed, ${String(WARN)} warned, ${String(FAIL)} failed, ${String(SKIP)} skipped`,
  ].join('\n')
}

function linesOf({ name, verdict, text, offenders, hint }: CheckResult, width: number): string[] {
  const indent = ' '.repeat(verdict.length + width + 4)
  return [
    `${verdict}  ${name.padEnd(width)}  ${text}`,
    ...offenders.map((offender, index) => `${indent}${index === 0 ? 'first: ' : '       '}${offender}`),
    ...(hint === null ? [] : [`${indent}mend:  ${hint}`]),
  ]
}
