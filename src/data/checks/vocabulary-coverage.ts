import type { DataCheck } from './check.js'
import { finding, shownOffenders, skipped } from './check.js'
import type { CheckedFeature } from './checked-features.js'
import { valuesSql } from './checked-features.js'
import type { CheckContext } from './context.js'
import { daySql } from './days.js'
import { countText, plotText, shareOf, shareText } from './numbers.js'

/** One unknown value in five: much of what the model learned does not apply to the later rows. */
const warnShare = 0.2
/** When practically nothing is known, the values are written differently there. */
const failShare = 0.99
/** Of fewer values shares are chance. */
const fewestValues = 100

interface Coverage {
  readonly name: string
  readonly values: number
  readonly unknown: number
  readonly byDay: readonly number[]
}

export const vocabularyCoverage: DataCheck = {
  name: 'vocabulary-coverage',
  asks: 'the share of held-out values that the training vocabulary lacks (out of vocabulary), by column and day',
  async run(context) {
    const { heldOut, features, rows } = context
    if (heldOut === null || rows.train === 0) return skipped('there is no test or validation split to compare with')
    const checked = features.filter(({ vocabulary }) => vocabulary !== null)
    if (checked.length === 0) return skipped('no column learns a vocabulary')
    const covered: Coverage[] = []
    for (const feature of checked) covered.push(await coverageOf(context, feature, heldOut))
    const faulty = covered.filter((one) => one.values >= fewestValues && shareOf(one.unknown, one.values) > warnShare)
    const isForeign = faulty.some(({ unknown, values }) => shareOf(unknown, values) > failShare)
    const worst = covered.reduce((a, b) => (shareOf(b.unknown, b.values) > shareOf(a.unknown, a.values) ? b : a))
    const share = shareOf(worst.unknown, worst.values)
    return finding(isForeign ? 'FAIL' : faulty.length > 0 ? 'WARN' : 'PASS', {
      text: `at most ${shareText(share)} of the values in ${heldOut} are out of vocabulary${share > 0 ? ` (${worst.name})` : ''}${worst.byDay.length > 1 ? `, by day ${plotText(worst.byDay)}` : ''}`,
      counts: Object.fromEntries(covered.map(({ name, unknown, values }) => [name, shareOf(unknown, values)])),
      offenders: faulty
        .slice(0, shownOffenders)
        .map(
          ({ name, unknown, values }) =>
            `column ${name}: ${countText(unknown)} of ${countText(values)} values (${shareText(shareOf(unknown, values))})`,
        ),
      hint: 'values are new, too rare for minCount, or written differently: train on later days and more often, add features that new values share',
    })
  },
}

async function coverageOf(context: CheckContext, feature: CheckedFeature, heldOut: string): Promise<Coverage> {
  const { owner = '', minCount = 1 } = feature.vocabulary ?? {}
  const learned = context.features.find(({ name }) => name === owner) ?? feature
  const day = context.clock ? daySql(context.clock) : '0'
  const rows = await context.database.rows(
    `WITH vocabulary AS (SELECT value FROM (${valuesSql(learned, "__split = 'train'")}) WHERE value <> '' GROUP BY value HAVING count(*) >= ${String(minCount)}),
      held AS (${valuesSql(feature, `__split = '${heldOut}'`, [`${day} AS day`])})
    SELECT day, count(*) AS n, count(*) FILTER (WHERE vocabulary.value IS NULL) AS unknown
    FROM held LEFT JOIN vocabulary ON held.value = vocabulary.value WHERE held.value <> '' GROUP BY day ORDER BY day`,
  )
  const days = rows.map((row) => ({ n: Number(row['n']), unknown: Number(row['unknown']) }))
  const total = (of: 'n' | 'unknown'): number => days.reduce((sum, one) => sum + one[of], 0)
  return {
    name: feature.name,
    values: total('n'),
    unknown: total('unknown'),
    byDay: days.map(({ n, unknown }) => shareOf(unknown, n)),
  }
}
