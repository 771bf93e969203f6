import type { DataCheck } from './check.js'
import { finding, shownOffenders, skipped } from './check.js'
import type { CheckedFeature } from './checked-features.js'
import { valuesSql } from './checked-features.js'
import type { CheckContext } from './context.js'
import { countText } from './numbers.js'
import { groupSql } from './value-groups.js'

/** The thresholds that credit scoring settled on for the population stability index: below .1 no change, above .25 another population. */
const slight = 0.1
const large = 0.25
/** Quantities in tenths, as the index is usually taken. */
const groups = 10
/** Of other values the most frequent ones; the rest together are one group. */
const mostValues = 50
/** Of fewer rows the index is chance. */
const fewestRows = 200

export const drift: DataCheck = {
  name: 'drift',
  asks: 'columns whose values are distributed otherwise in test than in training (population stability index)',
  async run(context) {
    const { heldOut, columns, rows } = context
    if (heldOut === null) return skipped('there is no test or validation split to compare with')
    const fewest = Math.min(rows.train, rows[heldOut])
    if (fewest < fewestRows) return skipped(`${countText(fewest)} rows in a split are too few to judge`)
    // New users and items are the affair of vocabulary-coverage.
    const checked = columns.filter(({ isKey }) => !isKey)
    if (checked.length === 0) return skipped('there is no column beside the keys')
    const found: { name: string; index: number }[] = []
    for (const feature of checked)
      found.push({ name: feature.name, index: await stabilityIndex(context, feature, heldOut) })
    found.sort((a, b) => b.index - a.index)
    const [most] = found
    const drifted = found.filter(({ index }) => index > large)
    const slightly = found.filter(({ index }) => index > slight).length - drifted.length
    return finding(drifted.length > 0 ? 'WARN' : 'PASS', {
      text: `${countText(drifted.length)} of ${countText(checked.length)} columns drifted (index above ${String(large)}), ${countText(slightly)} slightly${most ? `; the most ${most.name} with ${most.index.toFixed(3)}` : ''}`,
      counts: Object.fromEntries(found.map(({ name, index }) => [name, index])),
      offenders: drifted.slice(0, shownOffenders).map(({ name, index }) => `column ${name}: ${index.toFixed(3)}`),
      hint: 'look whether the column is logged as before; else train on later days and more often',
    })
  },
}

/** Σ (q − p) ln(q / p) over groups, less what chance alone gives. */
async function stabilityIndex(context: CheckContext, feature: CheckedFeature, heldOut: string): Promise<number> {
  const split = `__split IN ('train', '${heldOut}')`
  const values = feature.isQuantity
    ? `SELECT ${await groupSql(context, feature, groups)} AS value, __split FROM examples WHERE ${split}`
    : valuesSql(feature, split, ['__split'])
  const rows = await context.database.rows(
    `WITH held AS MATERIALIZED (SELECT value, __split, count(*) AS n FROM (${values}) GROUP BY ALL),
      frequent AS (SELECT value FROM held WHERE __split = 'train' AND value IS NOT NULL ORDER BY n DESC, value LIMIT ${String(mostValues)})
    SELECT CASE WHEN held.value IS NULL THEN 'm' WHEN frequent.value IS NULL THEN 'o' ELSE 'v' || held.value END AS part,
      sum(n) FILTER (WHERE __split = 'train') AS p, sum(n) FILTER (WHERE __split <> 'train') AS q
    FROM held LEFT JOIN frequent ON held.value = frequent.value GROUP BY part`,
  )
  const counts = rows.map((row) => [Number(row['p'] ?? 0), Number(row['q'] ?? 0)] as const)
  const total = (side: 0 | 1): number => counts.reduce((sum, pair) => sum + pair[side], 0)
  const [trained, held] = [total(0), total(1)]
  if (trained === 0 || held === 0) return 0
  // Half a row more in every group: a group that is empty on one side would be infinitely far.
  const shareIn = (count: number, all: number): number => (count + 0.5) / (all + counts.length / 2)
  const index = counts.reduce((sum, [p, q]) => {
    const [own, other] = [shareIn(p, trained), shareIn(q, held)]
    return sum + (other - own) * Math.log(other / own)
  }, 0)
  return Math.max(0, index - (counts.length - 1) * (1 / trained + 1 / held))
}
