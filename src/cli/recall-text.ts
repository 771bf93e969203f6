/** Recall of the candidate sources as a table. */
import type { EvaluateResult } from '../pipeline/index.js'
import { countText, metricText, textTable } from './table.js'

export function recallText({ k, users, recall }: NonNullable<EvaluateResult['retrieval']>): string {
  const header = ['candidates of', ...k.map((length) => `recall@${String(length)}`)]
  const rows = Object.entries(recall).map(([name, values]) => [name, ...values.map(metricText)])
  return [
    textTable(header, rows),
    `share of what ${countText(users)} users liked that was new to them; the union is what gets ranked`,
  ].join('\n')
}
