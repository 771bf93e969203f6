/** What a warm start took over, as tables: what is fresh has its reason. */
import type { WarmStartReport } from '../pipeline/index.js'
import { countText, textTable } from './table.js'

/** A report of a warm start for people. */
export function warmStartText({ from, earlier, tables, dense, removed }: WarmStartReport): string {
  const rows = tables.map((one) => [
    one.name,
    ...[one.rows, one.carried, one.unknown, one.fresh, one.dropped].map(countText),
    stateText(one),
  ])
  const partial = dense.filter(({ carried, values, hasState }) => carried < values || !hasState)
  const whole = dense.length - partial.length
  return [
    `warm start from ${from}: after ${countText(earlier.steps)} steps, ${countText(earlier.epochs)} epochs`,
    '',
    ...(rows.length > 0
      ? [textTable(['table', 'rows', 'carried over', 'from unknown', 'fresh', 'dropped', 'optimizer'], rows), '']
      : []),
    `${countText(whole)} of ${countText(dense.length)} dense parameters carried over whole`,
    ...partial.map(
      (one) => `  ${one.name}: ${countText(one.carried)} of ${countText(one.values)} values; ${stateText(one)}`,
    ),
    ...(removed.length > 0 ? [`no longer there: ${removed.join(', ')}`] : []),
  ].join('\n')
}

function stateText({ hasState, reason }: { readonly hasState: boolean; readonly reason?: string }): string {
  if (reason !== undefined) return `fresh: ${reason}`
  return hasState ? 'goes on' : 'anew: it is another one'
}
