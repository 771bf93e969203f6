import type { DataCheck } from './check.js'
import { finding, shownOffenders, skipped } from './check.js'
import { askNumbers, countText } from './numbers.js'

/** With fewer than two rows a value on average, most values are seen once, and nothing is learned of them. */
const mostShare = 0.5
/** Of fewer rows a column of many values is almost unique by chance. */
const fewestRows = 200

export const almostUniqueColumns: DataCheck = {
  name: 'almost-unique-columns',
  asks: 'categorical columns with nearly as many values as rows that are no key',
  async run({ database, columns, rows }) {
    const checked = columns.filter(
      ({ vocabulary, elements, isKey }) => vocabulary !== null && elements === null && !isKey,
    )
    if (checked.length === 0) return skipped('no categorical column beside the keys learns a vocabulary')
    if (rows.train < fewestRows) return skipped(`${countText(rows.train)} training rows are too few to judge`)
    const offenders: string[] = []
    for (const { name, cell } of checked) {
      const { values, present } = await askNumbers(
        database,
        ['values', 'present'],
        `SELECT count(DISTINCT ${cell}) AS "values", count(${cell}) AS present FROM examples WHERE __split = 'train'`,
      )
      if (values > mostShare * present && present >= fewestRows)
        offenders.push(`column ${name}: ${countText(values)} values in ${countText(present)} rows`)
    }
    return finding(offenders.length > 0 ? 'WARN' : 'PASS', {
      text: `${countText(offenders.length)} of ${countText(checked.length)} categorical columns have nearly as many values as rows`,
      counts: { columns: checked.length, almostUnique: offenders.length },
      offenders: offenders.slice(0, shownOffenders),
      hint: 'leave them out, make them numeric or coarser, or name them as data.user or data.item if that is what they are',
    })
  },
}
