/** One page about a job: what became of it, how long it took, how training went, and the jobs before it. No script, nothing fetched. */
import type { GateResult } from '../gate.js'
import type { TrainResult } from '../train.js'
import type { JobRecord } from './job-record.js'
import { barChart, lineChart } from './plots.js'
import type { QuarantinedFile } from './quarantine.js'
import { quarantineGroups } from './quarantine.js'
import { stepSummary } from './step-summary.js'

export interface Surroundings {
  /** Jobs that ended, this one included, the oldest first. */
  readonly jobs: readonly JobRecord[]
  readonly quarantine: readonly QuarantinedFile[]
}

const style = `
  :root { color-scheme: light dark; --ink: #1f2430; --soft: #667085; --line: #e4e7ec; --good: #12805c; --bad: #b42318; --data: #1d6fb8; --page: #fff }
  @media (prefers-color-scheme: dark) { :root { --ink: #eceff4; --soft: #98a2b3; --line: #2b303c; --good: #3ecf9a; --bad: #ff8a7a; --data: #6cb4f2; --page: #14171f } }
  body { font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; color: var(--ink); background: var(--page); max-width: 860px; margin: 2rem auto; padding: 0 1rem }
  h1 { font-size: 1.4rem } h2 { font-size: 1.05rem; margin-top: 2rem } table { border-collapse: collapse; width: 100% }
  td, th { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
  td:first-child, .number { white-space: nowrap }
  .number { text-align: right; font-variant-numeric: tabular-nums } .soft { color: var(--soft) } .good { color: var(--good) } .bad { color: var(--bad) }
  svg { max-width: 100%; height: auto } svg text { font: 12px system-ui, sans-serif; fill: var(--soft) } .axis { stroke: var(--line) }
  .curve { stroke: var(--data); fill: none; stroke-width: 2 } .dot { fill: var(--data) } .dot.bad { fill: var(--bad) } .bar { fill: var(--data) }`

export function reportPage(job: JobRecord, { jobs, quarantine }: Surroundings): string {
  const { id, end, steps, startedAt } = job
  const outcome = end?.outcome ?? 'not ended'
  const rows = steps.map(
    ({ name, seconds, answer }) =>
      `<tr><td class="good">✓ ${name}</td><td class="number">${seconds.toFixed(1)} s</td><td>${escaped(stepSummary(name, answer))}</td></tr>`,
  )
  const stopped =
    end && end.outcome !== 'PROMOTED'
      ? `<tr><td class="bad">✗ ${end.step}</td><td></td><td>${end.reasons.map(lines).join('<br>')}</td></tr>`
      : ''
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${outcome} · retrain ${id}</title><style>${style}</style></head>
<body>
<h1><span class="${outcome === 'PROMOTED' ? 'good' : 'bad'}">${outcome}</span> <span class="soft">retrain ${id}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC</span></h1>
<table>${rows.join('')}${stopped}</table>
${section('How long the steps took, seconds', barChart(steps.map(({ name, seconds }) => ({ label: name, value: seconds }))))}
${trainingSection(job)}
${gateSection(job)}
${section('Area under the curve on validation rows, job by job (the other colour: not promoted)', historyPlot(jobs))}
${quarantineSection(quarantine)}
</body></html>
`
}

const section = (title: string, body: string): string => (body === '' ? '' : `<h2>${title}</h2>\n${body}`)

function answerOf(job: JobRecord, name: string): unknown {
  return job.steps.find((step) => step.name === name)?.answer ?? (job.end?.step === name ? job.end.found : undefined)
}

function trainingSection(job: JobRecord): string {
  const result = answerOf(job, 'train') as TrainResult | undefined
  const points = (result?.epochs ?? []).flatMap(({ epoch, metrics }) => {
    const value = metrics['auc'] ?? metrics['logLoss']
    return typeof value === 'number' ? [{ x: epoch + 1, y: value, isGood: true }] : []
  })
  return section('Validation metric by epoch', points.length < 2 ? '' : lineChart(points))
}

function gateSection(job: JobRecord): string {
  const result = answerOf(job, 'gate') as GateResult | null | undefined
  const rows = (result?.checks ?? []).map(
    ({ name, outcome, found, limit }) =>
      `<tr><td class="${outcome === 'fail' ? 'bad' : outcome === 'pass' ? 'good' : 'soft'}">${outcome}</td><td>${escaped(name)}</td><td>${escaped(found)}</td><td class="soft">${escaped(limit)}</td></tr>`,
  )
  const table = `<table><tr><th></th><th>check</th><th>found</th><th>must be</th></tr>${rows.join('')}</table>`
  return section(`The gate: ${result?.verdict ?? ''}`, rows.length === 0 ? '' : table)
}

function historyPlot(jobs: readonly JobRecord[]): string {
  const points = jobs.flatMap((job, index) => {
    const value = (answerOf(job, 'train') as TrainResult | undefined)?.metrics['auc']
    return typeof value === 'number' ? [{ x: index + 1, y: value, isGood: job.end?.outcome === 'PROMOTED' }] : []
  })
  return points.length < 2 ? '' : lineChart(points)
}

function quarantineSection(quarantine: readonly QuarantinedFile[]): string {
  const rows = quarantineGroups(quarantine).map(
    ({ paths, since, reason }) =>
      `<tr><td>${paths.map(escaped).join('<br>')}</td><td>${since.slice(0, 10)}</td><td>${lines(reason)}</td></tr>`,
  )
  const table = `<table><tr><th>files</th><th>since</th><th>why</th></tr>${rows.join('')}</table>`
  return section('Log files that are left out', rows.length === 0 ? '' : table)
}

const lines = (text: string): string => text.split('\n').map(escaped).join('<br>')

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
