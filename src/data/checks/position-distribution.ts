import type { DataCheck } from './check.js'
import { finding, graded, skipped } from './check.js'
import type { CheckContext } from './context.js'
import { askNumbers, countText, plotText, shareOf, shareText } from './numbers.js'

/** The name that a feature must have to be taken for the position. */
const positionName = 'position'
/** A shelf or a list has fewer places than this; more values are no positions. */
const mostPositions = 1000
/** Positions are logged with the impression or not at all. */
const warnMissing = 0.01
/** Where nearly all impressions stand at one place, it is a default, not a place. */
const warnOne = 0.95

export const positionDistribution: DataCheck = {
  name: 'position-distribution',
  asks: 'how impressions and positives lie over the positions',
  async run(context) {
    const cell = context.features.find(({ name }) => name === positionName)?.cell
    if (cell === undefined) return skipped(`no feature is called ${positionName}`)
    const { rows, missing, values } = await askNumbers(
      context.database,
      ['rows', 'missing', 'values'],
      `SELECT count(*) AS rows, count(*) - count(${cell}) AS missing, count(DISTINCT ${cell}) AS "values" FROM examples`,
    )
    if (rows === 0) return skipped('there are no rows')
    const places = await positions(context, cell)
    const largest = Math.max(0, ...places.map(({ n }) => n))
    const faults = [
      ...(graded(shareOf(missing, rows), { warn: warnMissing }) === 'PASS'
        ? []
        : [`${countText(missing)} rows have no position`]),
      ...(values > mostPositions ? [`${countText(values)} different positions`] : []),
      ...(shareOf(largest, rows) > warnOne
        ? [`${shareText(shareOf(largest, rows))} of the rows are at one position`]
        : []),
    ]
    const rates = places.flatMap(({ rate }) => (rate === null ? [] : [rate]))
    return finding(faults.length > 0 ? 'WARN' : 'PASS', {
      text: `${countText(values)} positions, rows ${plotText(places.map(({ n }) => n))}${rates.length > 0 ? `, positive ${plotText(rates)} up to ${shareText(Math.max(...rates))}` : ''}`,
      counts: { rows, missing, positions: values },
      offenders: faults,
      hint: 'log the place at which each item was really shown',
    })
  },
}

/** Rows and rate of each position, in order. */
async function positions(
  { database, positive }: CheckContext,
  cell: string,
): Promise<{ n: number; rate: number | null }[]> {
  const rate = positive.sql === null ? 'NULL' : `avg(${positive.sql})`
  const rows = await database.rows(
    `SELECT count(*) AS n, ${rate} AS rate FROM examples WHERE ${cell} IS NOT NULL GROUP BY ${cell}
     ORDER BY TRY_CAST(CAST(${cell} AS VARCHAR) AS DOUBLE), CAST(${cell} AS VARCHAR) LIMIT ${String(mostPositions)}`,
  )
  return rows.map((row) => ({ n: Number(row['n']), rate: row['rate'] === null ? null : Number(row['rate']) }))
}
