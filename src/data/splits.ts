/** Which rows train, validate and test. */
import { randomKey } from '../base/index.js'
import type { Config, SplitDeclaration } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { splitUnknown, timeNotConfigured } from './errors.js'
import type { CellColumns } from './examples.js'
import { findOffenders } from './examples.js'
import { timeColumn } from './needed-columns.js'
import { asSplit, gapSplit, splitNames } from './split-names.js'
import { durationSeconds, momentUnit, unitsPerSecond } from './time-units.js'

const named = (name: (typeof splitNames)[number] | typeof gapSplit): string => asSplit(`'${name}'`)

const defaultValidationShare = 0.1

/**
 * An expression over `joined` that names each row's split (or the gap). Rows of files given for a split stay in it; shares are of
 * these rows and of `finalRows` that train already.
 */
export async function splitSql(
  database: Database,
  { config, columns, finalRows = 0 }: { config: Config; columns: CellColumns; finalRows?: number | undefined },
): Promise<string> {
  const context = { database, config, columns, finalRows }
  const { split } = config.data
  const own = split ? await splitForms[split.by](context, split as never) : named('train')
  const declared = `CASE WHEN __given <> '' THEN __given ELSE ${own} END`
  const validation = await database.rows(
    `SELECT 1 FROM (SELECT ${declared} AS split FROM joined) WHERE split = 'validation' LIMIT 1`,
  )
  if (validation.length > 0) return declared
  const cut = await validationCut(context, declared)
  return `CASE WHEN (${declared}) = 'train' THEN ${cut} ELSE (${declared}) END`
}

interface SplitContext {
  readonly database: Database
  readonly config: Config
  readonly columns: CellColumns
  readonly finalRows: number
}

type Declared<B extends SplitDeclaration['by']> = Extract<SplitDeclaration, { by: B }>
type SplitForm<B extends SplitDeclaration['by']> = (context: SplitContext, split: Declared<B>) => Promise<string>

/** An expression for each way to split. */
const splitForms: { readonly [B in SplitDeclaration['by']]: SplitForm<B> } = {
  time: splitByTime,
  random: (context, split) => {
    const drawn = uniformSql(randomKey(seedOf(context, split), 'split'))
    return Promise.resolve(sharesSql(split.within === 'user' ? rankWithinUser(context, drawn) : drawn, split))
  },
  user: (context, split) => {
    const user = context.columns.get(context.config.data.user ?? '') ?? 'NULL'
    // Rows without a user are each on their own.
    const place = `coalesce(md5_number_lower(CAST(${user} AS VARCHAR)), CAST(__row AS UBIGINT))`
    return Promise.resolve(sharesSql(uniformSql(randomKey(seedOf(context, split), 'split'), place), split))
  },
  column: splitByColumn,
}

const seedOf = ({ config }: SplitContext, { seed }: { readonly seed?: number }): number =>
  seed ?? config.training?.seed ?? 1

function sharesSql(uniform: string, { validation = 0, test = 0 }: { validation?: number; test?: number }): string {
  const below = (share: number, split: 'validation' | 'test'): string[] =>
    share > 0 ? [`WHEN ${uniform} < ${String(share)} THEN ${named(split)}`] : []
  return elseTrain([...below(test, 'test'), ...(validation > 0 ? below(test + validation, 'validation') : [])])
}

async function splitByColumn(context: SplitContext, split: Declared<'column'>): Promise<string> {
  const cell = context.columns.get(split.column) ?? ''
  const names = splitNames.map((name) => `'${name}'`).join(', ')
  const wrong = await findOffenders(
    context,
    `__given = '' AND (${cell} IS NULL OR CAST(${cell} AS VARCHAR) NOT IN (${names}))`,
    cell,
  )
  if (wrong) throw splitUnknown({ column: split.column, offenders: wrong.offenders })
  return asSplit(`CAST(${cell} AS VARCHAR)`)
}

async function splitByTime(context: SplitContext, split: Declared<'time'>): Promise<string> {
  if (timeColumn(context.config) === undefined) throw timeNotConfigured({ use: 'data.split' })
  const test = await timeThreshold(context, { amount: split.test, path: 'data.split.test', rows: "__given = ''" })
  const before = test === null ? "__given = ''" : `__given = '' AND __time < ${String(test)}`
  const validation = await timeThreshold(context, {
    amount: split.validation,
    path: 'data.split.validation',
    rows: before,
  })
  const gap = await gapOf(context)
  const cases = [...laterThan(test, 'test', gap), ...laterThan(validation, 'validation', gap)]
  return elseTrain(cases)
}

const elseTrain = (cases: readonly string[]): string =>
  cases.length === 0 ? named('train') : `CASE ${cases.join(' ')} ELSE ${named('train')} END`

/** Rows from a moment on are of a split, those within the gap before it of none. */
function laterThan(threshold: number | null, split: 'validation' | 'test', gap: number): string[] {
  if (threshold === null) return []
  const own = `WHEN __time >= ${String(threshold)} THEN ${named(split)}`
  return gap > 0 ? [own, `WHEN __time >= ${String(threshold - gap)} THEN ${named(gapSplit)}`] : [own]
}

/** The declared gap in the unit of the moments. */
async function gapOf({ database, config }: SplitContext): Promise<number> {
  const { split } = config.data
  if (split?.by !== 'time' || split.gap === undefined) return 0
  return durationSeconds(split.gap, 'data.split.gap') * (await momentUnit(database))
}

/** Of the rows that the config splits, where each stands among its user's in a random order: 0 to below 1. */
function rankWithinUser({ config, columns }: SplitContext, drawn: string): string {
  const user = columns.get(config.data.user ?? '') ?? 'NULL'
  const among = `PARTITION BY ${user}, __given = ''`
  // Half a row is added, so that the share is rounded to the nearest row.
  return `((row_number() OVER (${among} ORDER BY ${drawn}, __row) - 0.5) / count(*) OVER (${among}))`
}

/** The split of rows that would train, when the data brings no validation rows: by time where there is one, and else at random. */
async function validationCut(context: SplitContext, declared: string): Promise<string> {
  const { config } = context
  const share = config.training?.validationShare ?? defaultValidationShare
  const isByTime = (config.data.split?.by ?? 'time') === 'time' && timeColumn(config) !== undefined
  if (!isByTime) {
    const drawn = uniformSql(randomKey(config.training?.seed ?? 1, 'validation'))
    return sharesSql(drawn, { validation: share })
  }
  const rows = `(${declared}) = 'train' AND __time IS NOT NULL`
  const threshold = await timeThreshold(context, { amount: share, path: 'training.validationShare', rows })
  return elseTrain(laterThan(threshold, 'validation', await gapOf(context)))
}

interface Threshold {
  /** A share of the examples, or a duration. */
  readonly amount: number | string | undefined
  readonly path: string
  /** The rows that are split here. */
  readonly rows: string
}

/** The moment from which rows belong to the later side: rows of one moment are all on one side. */
async function timeThreshold(
  { database, finalRows }: SplitContext,
  { amount, path, rows }: Threshold,
): Promise<number | null> {
  if (amount === undefined || amount === 0) return null
  if (typeof amount === 'string') {
    const seconds = durationSeconds(amount, path)
    const [row] = await database.rows(`SELECT max(__time) AS latest FROM joined WHERE ${rows}`)
    const latest = Number(row?.['latest'] ?? 0)
    return nextAfter(latest - seconds * unitsPerSecond(latest))
  }
  const [row] = await database.rows(
    `SELECT max(t) AS threshold FROM (
       SELECT t, sum(n) OVER (ORDER BY t DESC) AS later FROM (SELECT __time AS t, count(*) AS n FROM joined WHERE ${rows} GROUP BY t))
     WHERE later >= ${String(amount)} * (SELECT count(*) + ${String(finalRows)} FROM joined WHERE __given = '')`,
  )
  const threshold = row?.['threshold']
  return typeof threshold === 'number' ? threshold : null
}

/** A duration back from the latest row is open at its far end: with '1d', a row exactly one day older is not in. */
const nextAfter = (x: number): number => x + Math.max(Math.abs(x) * Number.EPSILON, Number.MIN_VALUE)

/** `value` bound to a name once, so that the expression does not double with each use. */
const bound = (value: string, expression: string): string => `list_transform([${value}], lambda v: ${expression})[1]`

/** The mixer of base's random numbers, in 64 bits without a sign: the products are below 2^64. */
function mixSql(value: string): string {
  const first = bound(value, '(xor(v, v >> 16) * 2146121005::UBIGINT) & 4294967295')
  const second = bound(first, '(xor(v, v >> 15) * 2221713035::UBIGINT) & 4294967295')
  return bound(second, 'xor(v, v >> 16)')
}

/** `randomUniform(key, row)` of base, in SQL: the same rows are drawn whatever the order of work. */
export function uniformSql(key: number, row = '__row'): string {
  const wide = `CAST(${row} AS UBIGINT)`
  const counter = mixSql(`xor(${wide} & 4294967295, ${String(key)}::UBIGINT)`)
  const high = mixSql(`((${wide} >> 32) + 2654435769) & 4294967295`)
  return `(${mixSql(`xor((${counter} + ${high}) & 4294967295, ${String(key >>> 16)}::UBIGINT)`)} / 4294967296.0)`
}
