/** The label join as two lines: what became of the impressions, and of the actions. */
import type { PreparedSummary } from '../pipeline/index.js'
import { countText } from './table.js'

export function attributionText(report: NonNullable<PreparedSummary['attribution']>): string {
  const { impressions, positives, unripe, actions, credited, late, early, orphans } = report
  const rate = impressions > 0 ? ` (${((100 * positives) / impressions).toFixed(2)} %)` : ''
  const parts = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${countText(count)} ${name}`)
      .join(', ')
  return [
    `impressions  ${countText(impressions)}: ${countText(positives)} positive${rate}, ${countText(unripe)} too young to know`,
    `actions      ${countText(actions)}: ${parts({ 'count for an impression': credited, 'too late': late, 'before it': early, 'never shown': orphans })}`,
  ].join('\n')
}
