import { randomKey } from '../../base/index.js'
import { uniformSql } from '../splits.js'
import type { DataCheck } from './check.js'
import { finding, shownOffenders, skipped } from './check.js'
import type { CheckedFeature } from './checked-features.js'
import type { CheckContext } from './context.js'
import { askNumbers, countText } from './numbers.js'
import { groupSql, sampleSql } from './value-groups.js'

/** No single column of an honest log orders the rows so well; what happens after the label does. */
const mostAuc = 0.95
/** Rows of the rarer class on either half: the AUC of a column that says nothing then has a deviation of .09, far from .95. */
const fewestRare = 10
/** Rows are enough at this number, however many there are: the standard error of an AUC of .95 is then far below .01. */
const mostRows = 1_000_000
/** Rows of the overall rate added to each value's, so that a value seen once says little. */
const smoothing = 10
/** Quantities are cut into so many groups of equal size: fine enough for any threshold that matters. */
const groups = 100

export const leakingColumn: DataCheck = {
  name: 'leaking-column',
  asks: 'columns that alone predict the label on rows that were not learned from',
  async run(context) {
    const { positive, rows, columns } = context
    if (positive.sql === null) return skipped(positive.why)
    const source = halvesSql(rows.train, positive.sql)
    const { positives, negatives } = await askNumbers(
      context.database,
      ['positives', 'negatives'],
      `SELECT count(*) FILTER (WHERE y > 0) AS positives, count(*) FILTER (WHERE y = 0) AS negatives FROM (SELECT y FROM ${source} AS examples)`,
    )
    if (Math.min(positives, negatives) < 2 * fewestRare)
      return skipped(`${countText(Math.min(positives, negatives))} rows of the rarer class are too few to judge`)
    const scored: { name: string; auc: number }[] = []
    for (const feature of columns) scored.push({ name: feature.name, auc: await aucOf(context, feature, source) })
    scored.sort((a, b) => b.auc - a.auc)
    const leaks = scored.filter(({ auc }) => auc > mostAuc)
    const [best] = scored
    return finding(leaks.length > 0 ? 'FAIL' : 'PASS', {
      text: `${countText(leaks.length)} of ${countText(scored.length)} columns predict the label alone${best ? `; the best is ${best.name} with AUC ${best.auc.toFixed(3)}` : ''}`,
      counts: Object.fromEntries(scored.map(({ name, auc }) => [name, auc])),
      offenders: leaks.slice(0, shownOffenders).map(({ name, auc }) => `column ${name}: AUC ${auc.toFixed(4)}`),
      hint: 'is it known before the label, in serving too? A column filled by the action itself must not be a feature',
    })
  },
}

/** The rows of the training split, of at most so many, with `y` and the half that they are in. */
function halvesSql(rows: number, positive: string): string {
  const learns = `${uniformSql(randomKey(1, 'checks', 'half'))} < 0.5`
  return `(SELECT *, ${positive} AS y, ${learns} AS learns FROM examples WHERE __split = 'train' AND (${positive}) IS NOT NULL AND ${sampleSql(rows, mostRows)})`
}

/** AUC on one half of the smoothed rates by value that the other half has; one half where a class is absent. */
async function aucOf(context: CheckContext, feature: CheckedFeature, source: string): Promise<number> {
  const value =
    feature.elements === null
      ? await groupSql(context, feature, groups)
      : `unnest(coalesce(nullif(${feature.elements}, []), [NULL]))`
  // One element of a list may tell by its presence, of the positive rows or of the negative ones.
  const ways = feature.elements === null ? ['max'] : ['max', 'min']
  const areas = await askNumbers(
    context.database,
    ways,
    `WITH parted AS MATERIALIZED (SELECT __row, ${value} AS value, y, learns FROM ${source} AS examples),
      base AS (SELECT avg(y) AS rate FROM parted WHERE learns),
      rates AS (SELECT value, (sum(y) + ${String(smoothing)} * (SELECT rate FROM base)) / (count(*) + ${String(smoothing)}) AS score FROM parted WHERE learns GROUP BY value),
      scored AS MATERIALIZED (SELECT __row, any_value(y) AS y, max(coalesce(score, (SELECT rate FROM base))) AS "max", min(coalesce(score, (SELECT rate FROM base))) AS "min"
        FROM parted LEFT JOIN rates ON parted.value IS NOT DISTINCT FROM rates.value WHERE NOT learns GROUP BY __row)
    SELECT ${ways.map((way) => `(${areaSql(way)}) AS "${way}"`).join(', ')}`,
  )
  return Math.max(...Object.values(areas))
}

/** The share of (positive, negative) pairs of `scored` in the right order, ties one half. */
const areaSql = (
  score: string,
): string => `WITH steps AS (SELECT "${score}" AS score, sum(y) AS p, count(*) - sum(y) AS q FROM scored GROUP BY "${score}"),
    ordered AS (SELECT p, q, sum(q) OVER (ORDER BY score ROWS UNBOUNDED PRECEDING) - q AS below FROM steps)
  SELECT coalesce(sum(p * (below + q / 2)) / nullif(sum(p) * sum(q), 0), 0.5) FROM ordered`
