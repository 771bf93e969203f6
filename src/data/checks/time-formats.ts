import type { DataCheck } from './check.js'
import { finding, skipped } from './check.js'
import { firstRows } from './context.js'
import { countText } from './numbers.js'
import { numberSql } from '../label.js'

/** The forms that one column of times may have; texts without a zone are read as UTC. */
function formSql(cell: string): string {
  const number = `(${numberSql(cell)})`
  const zone = `regexp_matches(CAST(${cell} AS VARCHAR), '(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\\s*$') AND regexp_matches(CAST(${cell} AS VARCHAR), ':')`
  return `CASE WHEN ${number} > 1e14 THEN 'microseconds' WHEN ${number} > 1e11 THEN 'milliseconds' WHEN ${number} IS NOT NULL THEN 'seconds'
    WHEN ${cell} IS NULL THEN 'missing' WHEN __time IS NULL THEN 'unreadable' WHEN ${zone} THEN 'text with a zone' ELSE 'text without a zone' END`
}

const isNumber = (form: string): boolean => form.endsWith('seconds')

export const timeFormats: DataCheck = {
  name: 'time-formats',
  asks: 'whether all times are written in one form: seconds, milliseconds, text with or without a zone',
  async run(context) {
    const { time } = context.keys
    if (time === null) return skipped('the config names no time (data.time)')
    const form = formSql(time)
    const rows = await context.database.rows(
      `SELECT ${form} AS form, count(*) AS n FROM examples GROUP BY form ORDER BY n DESC, form`,
    )
    const forms = rows.map((row) => [String(row['form']), Number(row['n'])] as const)
    const [most = ''] = forms[0] ?? []
    // Seconds among milliseconds, or numbers among texts, put rows decades apart; zones only hours.
    const isApart = forms.some(([one]) => (isNumber(one) ? one !== most : isNumber(most)))
    const verdict = forms.length <= 1 ? 'PASS' : isApart ? 'FAIL' : 'WARN'
    const listed = forms.map(([name, count]) => `${countText(count)} ${name}`).join(', ')
    return finding(verdict, {
      text: `times: ${listed === '' ? 'none' : listed}${forms.some(([name]) => name === 'text without a zone') ? ', read as UTC' : ''}`,
      counts: Object.fromEntries(forms),
      offenders: verdict === 'PASS' ? [] : await firstRows(context, `(${form}) <> '${most}'`, time),
      hint: 'write all times in one form: seconds since 1970, or ISO 8601 with a zone',
    })
  },
}
