/** An explanation as a table with bars, strongest parts first, and in words. */
import type { ExplainResult } from '../pipeline/index.js'
import { bar, countText, textTable } from './table.js'

/** Parts that are shown one by one; the others are one line, so that the column still adds up. */
const mostParts = 15

const methods = {
  linear: 'every part is exact',
  deeplift: 'DeepLIFT',
  'integrated-gradients': 'DeepLIFT and integrated gradients',
} as const

export function explanationText(result: ExplainResult): string {
  const { item, title, user, score, logit, label, baseline, parts, words, method } = result
  const own = parts.filter(({ columns }) => columns.length > 0)
  const strongest = [...own].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
  const rest = strongest.slice(mostParts)
  const sumOf = (some: typeof parts): number => some.reduce((sum, { contribution }) => sum + contribution, 0)
  const most = Math.max(...own.map(({ contribution }) => Math.abs(contribution)), 1e-9)
  const line = ({ value, kind, contribution, seen }: (typeof own)[number]): string[] => [
    value,
    kind,
    typeof seen === 'number' ? countText(seen) : '–',
    signed(contribution),
    bar(Math.abs(contribution) / most, 16),
  ]
  const sum = (name: string, contribution: number): string[] => [name, '', '', signed(contribution), '']
  const rows = [
    ...strongest.slice(0, mostParts).map(line),
    ...(rest.length > 0 ? [sum(`${String(rest.length)} weaker parts`, sumOf(rest))] : []),
    sum('bias', sumOf(parts.filter(({ kind }) => kind === 'bias'))),
    sum('deep part of the baseline', baseline.logit),
    sum('residue', sumOf(parts.filter(({ kind }) => kind === 'residue'))),
    sum(label === null ? 'logit' : `logit of ${label}`, logit),
  ]
  return [
    `why ${title ?? item} for user ${user}: score ${score.toFixed(4)} (${lastStep(result)})`,
    '',
    textTable(['part', 'kind', 'seen', 'adds', ''], rows),
    '',
    `deep part: ${methods[method]}, against ${baselineText(baseline.row)}`,
    ...(words.length > 0 ? ['', ...words] : []),
  ].join('\n')
}

const lastStep = ({ head, calibration }: ExplainResult): string =>
  calibration === null ? `head ${head}` : `head ${head}, calibrated: ${calibration}`

const baselineText = (row: ExplainResult['baseline']['row']): string =>
  Object.keys(row).length === 0 ? 'a request of which nothing is known' : JSON.stringify(row)

/** With a sign, so that a column of them reads as a sum; a zero of either side is one. */
const signed = (value: number): string => {
  const text = Math.abs(value).toFixed(4)
  return Number(text) === 0 ? text : `${value < 0 ? '-' : '+'}${text}`
}
