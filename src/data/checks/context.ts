/** What the checks look at: the table `examples` with its columns, and the logs that it was made of. */
import { basename } from 'node:path'
import type { Config } from '../../features/index.js'
import { actionsDeclaration, labelKindOf } from '../../features/index.js'
import type { Database } from '../../sql/index.js'
import { quoteText } from '../../sql/index.js'
import type { BadRows } from '../bad-rows.js'
import type { LabelledTable } from '../labelled-table.js'
import { timeColumn } from '../needed-columns.js'
import { splitNames } from '../split-names.js'
import { unitsPerSecond } from '../time-units.js'
import { shownOffenders } from './check.js'
import type { CheckedFeature } from './checked-features.js'
import { checkedFeatures } from './checked-features.js'
import { askNumbers } from './numbers.js'

export interface CheckContext {
  readonly database: Database
  readonly config: Config
  readonly table: LabelledTable
  readonly badRows: BadRows
  readonly features: readonly CheckedFeature[]
  /** The features without those that read the column of an earlier one. */
  readonly columns: readonly CheckedFeature[]
  readonly keys: KeyCells
  readonly rows: Readonly<Record<(typeof splitNames)[number], number>>
  /** The split that training is compared with; `null` where neither test nor validation has rows. */
  readonly heldOut: 'test' | 'validation' | null
  /** Whether a row is positive, as 0 or 1 in SQL. */
  readonly positive: PositiveSql
  /** `null` where rows have no time, or one that is no moment of a calendar. */
  readonly clock: Clock | null
  /** Seconds since 1970. */
  readonly now: number
}

/** Columns of `examples`; `null` where the config names none. */
interface KeyCells {
  readonly user: string | null
  readonly item: string | null
  readonly time: string | null
  /** The request that showed the item. */
  readonly request: string | null
}

export type PositiveSql = { readonly sql: string } | { readonly sql: null; readonly why: string }

/** The unit of `__time`. */
export interface Clock {
  readonly perSecond: number
}

/** Moments below this are counters, not times: in seconds they would lie before March 1973. */
const firstMoment = 1e8

interface ContextInput {
  readonly database: Database
  readonly config: Config
  readonly table: LabelledTable
  readonly badRows: BadRows
  readonly now: number
}

/** Reads what all checks need to know of the table `examples`. */
export async function createContext(input: ContextInput): Promise<CheckContext> {
  const { database, config, table } = input
  const features = await checkedFeatures(database, config, table)
  const seen = new Set<string>()
  const columns = features.filter(({ cell }) => !seen.has(cell) && seen.add(cell))
  const rows = await askNumbers(
    database,
    splitNames,
    `SELECT ${splitNames.map((name) => `count(*) FILTER (WHERE __split = '${name}') AS ${name}`).join(', ')} FROM examples`,
  )
  const heldOut = (['test', 'validation'] as const).find((split) => rows[split] > 0) ?? null
  const keys = keyCells(config, table)
  return {
    ...input,
    features,
    columns,
    keys,
    rows,
    heldOut,
    positive: positiveSql(config),
    clock: await clockOf(database),
  }
}

function keyCells(config: Config, { columns }: LabelledTable): KeyCells {
  const cell = (name: string | undefined): string | null => columns.get(name ?? '') ?? null
  const { user, item } = config.data
  return {
    user: cell(user),
    item: cell(item),
    time: cell(timeColumn(config)),
    request: cell(actionsDeclaration(config)?.request),
  }
}

const undecided = 'data.label.positiveLabel does not say which class is positive'

const positiveReadings: Readonly<Record<ReturnType<typeof labelKindOf>, (positive: string | null) => PositiveSql>> = {
  zeroOne: () => ({ sql: '__label' }),
  number: () => ({ sql: null, why: 'the label is a number, neither positive nor negative' }),
  class: (positive) =>
    positive === null ? { sql: null, why: undecided } : { sql: `CAST(__label = ${positive} AS DOUBLE)` },
  classSet: (positive) =>
    positive === null ? { sql: null, why: undecided } : { sql: `CAST(list_contains(__label, ${positive}) AS DOUBLE)` },
}

function positiveSql({ data, model }: Config): PositiveSql {
  if (data.negatives) return { sql: null, why: 'negatives are drawn in training (data.negatives)' }
  const { positiveLabel } = data.label ?? {}
  return positiveReadings[labelKindOf(model)](positiveLabel === undefined ? null : quoteText(String(positiveLabel)))
}

async function clockOf(database: Database): Promise<Clock | null> {
  // The middle one: a single moment far in the future must not change the unit of all.
  const { middle } = await askNumbers(
    database,
    ['middle'],
    'SELECT approx_quantile(__time, 0.5) AS middle FROM examples',
  )
  const perSecond = unitsPerSecond(middle)
  return middle / perSecond >= firstMoment ? { perSecond } : null
}

/** The first rows of `examples` that meet a condition, with file and row; `cell` is shown of each. */
export async function firstRows(
  { database }: Pick<CheckContext, 'database'>,
  condition: string,
  cell: string,
): Promise<string[]> {
  const rows = await database.rows(
    `SELECT __file AS file, __row - file_starts.first + 1 AS row, CAST(${cell} AS VARCHAR) AS cell
     FROM examples JOIN file_starts ON file_starts.file = examples.__file WHERE ${condition} ORDER BY __row LIMIT ${String(shownOffenders)}`,
  )
  return rows.map(({ file, row, cell: value }) => `${String(value)} in ${basename(String(file))}, row ${String(row)}`)
}
