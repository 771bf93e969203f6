/** The report of a job: for programs, for a terminal, and one page for people. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { atomicWriteFile } from '../../base/index.js'
import type { JobRecord } from './job-record.js'
import { readJob } from './job-record.js'
import type { QuarantinedFile } from './quarantine.js'
import { reportPage } from './report-page.js'
import { jobText } from './report-text.js'

/** Writes `report.json`, `report.txt` and `report.html` of a job; the page shows the jobs before it too. */
export function writeReports(out: string, job: JobRecord, quarantine: readonly QuarantinedFile[]): void {
  const directory = join(out, job.id)
  atomicWriteFile(join(directory, 'report.json'), `${JSON.stringify({ ...job, quarantine }, null, 2)}\n`)
  atomicWriteFile(join(directory, 'report.txt'), `${jobText(job, quarantine)}\n`)
  atomicWriteFile(join(directory, 'report.html'), reportPage(job, { jobs: jobsIn(out), quarantine }))
}

/** Jobs that ended, the oldest first. */
function jobsIn(out: string): JobRecord[] {
  if (!existsSync(out)) return []
  const jobs = readdirSync(out, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? (readJob(join(out, entry.name)) ?? []) : [],
  )
  return jobs.filter(({ end }) => end).sort((a, b) => a.startedAt.localeCompare(b.startedAt))
}

/** The text of a job's report. */
export const readReportText = (directory: string): string => readFileSync(join(directory, 'report.txt'), 'utf8')
