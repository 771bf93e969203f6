/** A job for a terminal: what became of it, step by step. */
import type { JobRecord } from './job-record.js'
import { stepSummary } from './step-summary.js'
import type { QuarantinedFile } from './quarantine.js'
import { quarantineGroups } from './quarantine.js'

export function jobText(job: JobRecord, quarantine: readonly QuarantinedFile[]): string {
  const { id, steps, end, champion, newFiles } = job
  const lines = steps.map(
    ({ name, seconds, answer }) =>
      `  ✓ ${name.padEnd(8)} ${seconds.toFixed(1).padStart(7)} s  ${stepSummary(name, answer)}`,
  )
  const stopped =
    end && end.outcome !== 'PROMOTED' ? [`  ✗ ${end.step.padEnd(8)} ${' '.repeat(9)}  ${end.outcome}`] : []
  const serves = champion === null ? 'no model serves yet' : `version ${String(champion)} goes on serving`
  return [
    `${end?.outcome ?? 'not ended'}  job ${id}, ${String(newFiles.length)} new log files`,
    ...lines,
    ...stopped,
    ...(end?.reasons ?? []).map((reason) => `    ${reason}`),
    ...(end && end.outcome !== 'PROMOTED' ? [serves] : []),
    ...quarantineGroups(quarantine).map(
      ({ paths, since, reason }) => `left out since ${since.slice(0, 10)}: ${paths.join(', ')}; ${firstLine(reason)}`,
    ),
    ...(quarantine.length > 0
      ? ['A file that changes comes in again by itself; widedeep retrain --readmit lets all of them in.']
      : []),
  ].join('\n')
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''
