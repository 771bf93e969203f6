import type { DataCheck } from './check.js'
import { finding, shownOffenders, skipped } from './check.js'
import { askNumbers, countText } from './numbers.js'

/** Of so few rows a column may be constant by chance. */
const fewestRows = 20

export const constantColumns: DataCheck = {
  name: 'constant-columns',
  asks: 'columns with one value in the whole training split, or with none',
  async run({ database, columns, rows }) {
    if (rows.train < fewestRows) return skipped(`${String(rows.train)} training rows are too few to judge`)
    const names = columns.map((_, index) => `v${String(index)}`)
    // Missing beside one value tells rows apart: that is no constant.
    const select = columns.map(
      ({ cell }, index) =>
        `least(count(DISTINCT CAST(${cell} AS VARCHAR)), 2) + (count(*) > count(${cell}))::INT AS v${String(index)}`,
    )
    const values = await askNumbers(
      database,
      names,
      `SELECT ${select.join(', ')} FROM examples WHERE __split = 'train'`,
    )
    const constant = columns.filter((_, index) => (values[`v${String(index)}`] ?? 0) <= 1)
    return finding(constant.length > 0 ? 'WARN' : 'PASS', {
      text: `${countText(constant.length)} of ${countText(columns.length)} columns are constant`,
      counts: { columns: columns.length, constant: constant.length },
      offenders: constant.slice(0, shownOffenders).map(({ name }) => `column ${name}`),
      hint: 'they tell nothing: leave them out, or look why they are not filled',
    })
  },
}
