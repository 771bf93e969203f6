/** Bad input is counted and shown, and a limit decides between a warning and a refusal; nothing is dropped in silence. */
import { basename } from 'node:path'
import type { Database } from '../sql/index.js'
import { rowsBad } from './errors.js'

/** Share of the rows that may be bad when the config does not say. */
const defaultLimit = 0.001
const shownOffenders = 5

/** What was wrong with the input so far; one for each preparation. */
export interface BadRows {
  /** Rows left out because they have too few or too many cells. */
  left: number
  /** Cells that do not read as their column's kind, and so count as missing. */
  cells: number
  readonly offenders: string[]
}

export const noBadRows = (): BadRows => ({ left: 0, cells: 0, offenders: [] })

/** Adds the rows that the last scan of text files left out. */
export async function recordRejects(database: Database, bad: BadRows): Promise<void> {
  const [row] = await database.rows('SELECT count(DISTINCT (scan_id, file_id, line)) AS n FROM reject_errors')
  const count = Number(row?.['n'] ?? 0)
  if (count > 0) {
    const first = await database.rows(
      `SELECT file_path, line, any_value(error_message) AS error, any_value(left(trim(csv_line, chr(10) || chr(13)), 80)) AS text
       FROM reject_errors JOIN reject_scans USING (scan_id, file_id) GROUP BY ALL ORDER BY file_path, line LIMIT ${String(shownOffenders)}`,
    )
    for (const { file_path: file, line, error, text } of first) {
      const where = `${basename(String(file))}, line ${String(line)}`
      addOffender(bad, `${where}: ${String(error)}: ${JSON.stringify(String(text).split('\n').at(-1))}`)
    }
  }
  bad.left += count
  await database.run('DROP TABLE reject_errors; DROP TABLE reject_scans')
}

/** Remembers one of the first offenders. */
export function addOffender(bad: BadRows, text: string): void {
  if (bad.offenders.length < shownOffenders) bad.offenders.push(text)
}

/** The warning about bad input, if there was any; throws `DATA_ROWS_BAD` beyond the limit. */
export function judgeBadRows(bad: BadRows, rowCount: number, limit = defaultLimit): string[] {
  const count = bad.left + bad.cells
  if (count === 0) return []
  const total = rowCount + bad.left
  if (count / total > limit) throw rowsBad({ count, total, limit, lines: bad.offenders })
  const left = bad.left > 0 ? [`${String(bad.left)} rows were left out`] : []
  const cells = bad.cells > 0 ? [`${String(bad.cells)} cells count as missing`] : []
  return [`bad input: ${[...left, ...cells].join(', ')}; the first: ${bad.offenders.join(' | ')}`]
}
