/** A verdict of the gate as a table, its reasons below it. */
import type { GateResult } from '../pipeline/index.js'
import { countText, textTable } from './table.js'

/** What the gate found, for people. */
export function gateText({ verdict, reasons, checks, rows, source, champion, challenger }: GateResult): string {
  const lines = checks.map(({ name, outcome, found, limit }) => [name, outcomes[outcome], found, limit])
  return [
    `${challenger} against ${champion ?? 'no champion'} on ${countText(rows)} rows of ${source}`,
    '',
    textTable(['check', '', 'found', 'must be'], lines),
    '',
    verdict,
    ...reasons.map((reason) => `  ${reason}`),
  ].join('\n')
}

const outcomes = { pass: '✓', fail: '✗ FAILS', skip: '· skipped' } as const
