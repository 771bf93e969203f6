/**
 * The label join: an impression is positive when an action of the asked kinds follows it within the window, by the same request
 * where both logs know it and else by the same user, on the same item. Each action counts for one impression.
 */
import { countText } from '../base/index.js'
import type { Config, LabelDeclaration } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { actionKinds, actionsDeclaration } from '../features/index.js'
import { quoteText } from '../sql/index.js'
import { actionsTable, kindSql } from './actions.js'
import type { CellColumns } from './examples.js'
import type { Earlier } from './increment/increment.js'
import { dropContext, settleCredits } from './increment/settled-credits.js'
import { layerOver } from './joined-layers.js'
import { durationSeconds, momentUnit } from './time-units.js'

export const defaultWindow = '24h'

/** `row` and `weight` of the impressions that an action counts for; `joined` reads it. */
export const creditTable = 'credit'

/** What became of the impressions and of the actions; every number counts rows. */
export interface AttributionReport {
  readonly impressions: number
  readonly positives: number
  /** Impressions left out: their window was not over when the logs ended, so nobody knows. */
  readonly unripe: number
  /** Actions of the asked kinds. */
  readonly actions: number
  /** Those that count for an impression. */
  readonly credited: number
  /** Those whose user saw the item, but longer ago than the window. */
  readonly late: number
  /** Those whose user saw the item only afterwards. */
  readonly early: number
  /** Those whose user was never shown the item. */
  readonly orphans: number
  /** Of an extension: new actions for impressions whose examples were final already; they change nothing. */
  readonly settled?: number
}

export interface AttributionInput {
  readonly config: Config
  readonly columns: CellColumns
  /** Leaves the tables `shown` and `credited`. */
  readonly keepSources?: boolean | undefined
  /** The days before: their impressions in `joined` take their actions, and are dropped. */
  readonly earlier?: Earlier | undefined
}

/** Puts what the actions say over `__label` (and the weight of positives) of `joined`, and leaves out impressions that are not ripe. */
export async function attributeActions(
  database: Database,
  { config, columns, keepSources, earlier }: AttributionInput,
): Promise<AttributionReport | null> {
  const { label } = config.data
  if (label?.action === undefined) {
    if (earlier) await dropContext(database, earlier)
    return null
  }
  const window = await windowOf(database, label)
  await database.run(actedSql(config, columns, label.action))
  await database.run(shownSql(config, columns))
  await database.run(creditSql(label.credit ?? 'last', window))
  const settled = earlier ? await settleCredits(database, earlier) : null
  // Younger impressions are not ripe.
  const ripe = `${await endSql(database)} - ${String(window)}`
  const report = { ...(await reportOf(database, ripe)), ...(settled === null ? {} : { settled }) }
  await database.run(
    `CREATE TABLE ${creditTable} AS SELECT row, max(weight) AS weight FROM credited WHERE row IS NOT NULL GROUP BY row; DROP TABLE acted`,
  )
  await layerOver(
    database,
    (below) => `SELECT ${below}.* REPLACE (
        CASE WHEN ${creditTable}.row IS NULL THEN 0.0 ELSE 1.0 END AS __label, __weight * coalesce(${creditTable}.weight, 1) AS __weight)
      FROM ${below} LEFT JOIN ${creditTable} ON ${below}.__row = ${creditTable}.row
      WHERE ${below}.__time IS NULL OR ${below}.__time <= ${ripe}`,
  )
  if (keepSources !== true) await database.run('DROP TABLE shown; DROP TABLE credited')
  return report
}

/** The attribution window in the unit of the impressions' moments. */
export async function windowOf(database: Database, { within = defaultWindow }: LabelDeclaration): Promise<number> {
  return durationSeconds(within, 'data.label.within') * (await momentUnit(database))
}

/** `side` ('r'equest or 'u'ser), `key`, `id`, `who` (both in one), `item`, `t` and `weight` of the actions that the label asks for. */
function actedSql({ data }: Config, columns: CellColumns, action: NonNullable<LabelDeclaration['action']>): string {
  const kinds = kindSql(actionKinds(data, isWeighted(action) ? Object.keys(action) : action))
  const request = columns.get(requestColumn(data) ?? '')
  const side = request === undefined ? "'u'" : `CASE WHEN request IN (${knownRequests(request)}) THEN 'r' ELSE 'u' END`
  return `CREATE TABLE acted AS SELECT *, side || key AS who FROM (SELECT * EXCLUDE (user, request), CASE side WHEN 'r' THEN request ELSE user END AS key
    FROM (SELECT id, user, request, ${side} AS side, CAST(item AS VARCHAR) AS item, t, ${weightSql(action)} AS weight FROM ${actionsTable} WHERE ${kinds}))`
}

/** Requests that both logs have. */
function knownRequests(cell: string): string {
  const request = `CAST(${cell} AS VARCHAR)`
  return `SELECT ${request} FROM joined SEMI JOIN ${actionsTable} ON ${request} = ${actionsTable}.request`
}

/** `who`, `item`, `t`, `first` and `last`: the impressions of one moment that an action may count for, known as the action knows them. */
function shownSql({ data }: Config, columns: CellColumns): string {
  const cell = (name: string | undefined): string => `CAST(${columns.get(name ?? '') ?? 'NULL'} AS VARCHAR)`
  // Few of the impressions are ever acted on: sorting the others would be most of the work.
  const rowsBy = (side: string, key: string): string =>
    `SELECT '${side}' || ${key} AS who, ${cell(data.item)} AS item, __time AS t, __row FROM joined
      SEMI JOIN acted ON acted.side = '${side}' AND ${key} = acted.key AND ${cell(data.item)} = acted.item WHERE __time IS NOT NULL`
  const request = requestColumn(data)
  const sources = [rowsBy('u', cell(data.user)), ...(request === undefined ? [] : [rowsBy('r', cell(request))])]
  return `CREATE TABLE shown AS SELECT who, item, t, min(__row) AS first, max(__row) AS last
    FROM (${sources.join(' UNION ALL ')}) GROUP BY who, item, t`
}

const requestColumn = (data: Config['data']): string | undefined => actionsDeclaration({ data })?.request

const isWeighted = (action: NonNullable<LabelDeclaration['action']>): action is Readonly<Record<string, number>> =>
  typeof action === 'object' && !Array.isArray(action)

function weightSql(action: NonNullable<LabelDeclaration['action']>): string {
  if (!isWeighted(action)) return '1.0'
  const cases = Object.entries(action).map(([kind, weight]) => `WHEN ${quoteText(kind)} THEN ${String(weight)}`)
  return `CAST(CASE kind ${cases.join(' ')} END AS DOUBLE)`
}

/** `id`, `row` (of the impression, `NULL` for none) and `weight`, by as-of join: linear in both logs but for their sort. */
function creditSql(credit: 'first' | 'last', window: number): string {
  const from = `acted.t - ${String(window)}`
  const isLast = credit === 'last'
  const nearest = isLast ? 'acted.t >= shown.t' : `${from} <= shown.t`
  const isInside = isLast ? `shown.t >= ${from}` : 'shown.t <= acted.t'
  return `CREATE TABLE credited AS
    SELECT acted.id, CASE WHEN ${isInside} THEN shown.${credit} END AS row, acted.weight, acted.who, acted.item, acted.t
    FROM acted ASOF LEFT JOIN shown ON acted.who = shown.who AND acted.item = shown.item AND ${nearest}`
}

async function reportOf(database: Database, ripe: string): Promise<AttributionReport> {
  const [row] = await database.rows(`WITH places AS (
      SELECT credited.row, shown.t AS before FROM credited ASOF LEFT JOIN shown
        ON credited.who = shown.who AND credited.item = shown.item AND credited.t >= shown.t),
    others AS (SELECT who, item FROM credited ANTI JOIN shown USING (who, item))
    SELECT (SELECT count(*) FROM joined) AS impressions,
      (SELECT count(*) FROM joined WHERE __time > ${ripe}) AS unripe,
      (SELECT count(DISTINCT row) FROM credited) AS positives,
      (SELECT count(*) FROM credited) AS actions,
      (SELECT count(*) FROM places WHERE row IS NOT NULL) AS credited,
      (SELECT count(*) FROM places WHERE row IS NULL AND before IS NOT NULL) AS late,
      (SELECT count(*) FROM others) AS orphans`)
  const count = (name: string): number => Number(row?.[name] ?? 0)
  const [actions, credited, late, orphans] = [count('actions'), count('credited'), count('late'), count('orphans')]
  return {
    impressions: count('impressions'),
    positives: count('positives'),
    unripe: count('unripe'),
    actions,
    credited,
    late,
    early: actions - credited - late - orphans,
    orphans,
  }
}

/** When the logs end: the later one's last moment. */
async function endSql(database: Database): Promise<string> {
  const [row] = await database.rows(
    `SELECT greatest((SELECT max(__time) FROM joined), (SELECT max(known) FROM ${actionsTable})) AS latest`,
  )
  return String(Number(row?.['latest'] ?? 0))
}

/** What of an attribution a user should look at; nothing when every action found its impression. */
export function attributionWarnings(report: AttributionReport, within = defaultWindow): string[] {
  const of = (count: number): string => `${countText(count)} of ${countText(report.actions)} actions`
  const lines: [number, string][] = [
    [
      report.orphans,
      `${of(report.orphans)} are on items that their user was never shown; they count for no impression`,
    ],
    [
      report.early,
      `${of(report.early)} come before the first impression of the item; do both logs have the same clock?`,
    ],
    [
      report.late,
      `${of(report.late)} come more than ${within} after the impression; data.label.within may be too short`,
    ],
    [
      report.settled ?? 0,
      `${countText(report.settled ?? 0)} new actions are for impressions whose examples are final; they change nothing (widedeep prepare --full takes them in)`,
    ],
    [
      report.unripe,
      `${countText(report.unripe)} of ${countText(report.impressions)} impressions are left out: the logs end less than ${within} after them`,
    ],
  ]
  return lines.flatMap(([count, text]) => (count > 0 ? [text] : []))
}
