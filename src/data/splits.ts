/** Which rows train, validate and test. */
import { randomKey } from '../base/index.js'
import type { Config, SplitDeclaration } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { splitUnknown, timeNotConfigured } from './errors.js'
import type { CellColumns } from './examples.js'
import { findOffenders } from './examples.js'
import { timeColumn } from './needed-columns.js'
import { durationSeconds, unitsPerSecond } from './time-units.js'

export const splitNames = ['train', 'validation', 'test'] as const

const defaultValidationShare = 0.1

/** An expression over `joined` that names each row's split. Rows of files given for a split stay in it. */
export async function splitSql(database: Database, config: Config, columns: CellColumns): Promise<string> {
  const { split } = config.data
  const own = split ? await declaredSplit({ database, config, columns }, split) : "'train'"
  const declared = `CASE WHEN __given <> '' THEN __given ELSE ${own} END`
  const [row] = await database.rows(
    `SELECT count(*) AS n FROM (SELECT ${declared} AS split FROM joined) WHERE split = 'validation'`,
  )
  if (Number(row?.['n'] ?? 0) > 0) return declared
  const cut = await validationCut({ database, config, columns }, declared)
  return `CASE WHEN (${declared}) = 'train' AND ${cut} THEN 'validation' ELSE (${declared}) END`
}

interface SplitContext {
  readonly database: Database
  readonly config: Config
  readonly columns: CellColumns
}

async function declaredSplit(context: SplitContext, split: SplitDeclaration): Promise<string> {
  if (split.by === 'random') {
    const { validation = 0, test = 0, seed = context.config.training?.seed ?? 1, within } = split
    const drawn = uniformSql(randomKey(seed, 'split'))
    const uniform = within === 'user' ? rankWithinUser(context, drawn) : drawn
    return `CASE WHEN ${uniform} < ${String(test)} THEN 'test' WHEN ${uniform} < ${String(test + validation)} THEN 'validation' ELSE 'train' END`
  }
  if (split.by === 'column') {
    const cell = context.columns.get(split.column) ?? ''
    const names = splitNames.map((name) => `'${name}'`).join(', ')
    const wrong = await findOffenders(
      context,
      `__given = '' AND (${cell} IS NULL OR CAST(${cell} AS VARCHAR) NOT IN (${names}))`,
      cell,
    )
    if (wrong) throw splitUnknown({ column: split.column, offenders: wrong.offenders })
    return `CAST(${cell} AS VARCHAR)`
  }
  if (timeColumn(context.config) === undefined) throw timeNotConfigured({ use: 'data.split' })
  const test = await timeThreshold(context, { amount: split.test, path: 'data.split.test', rows: "__given = ''" })
  const before = test === null ? "__given = ''" : `__given = '' AND __time < ${String(test)}`
  const validation = await timeThreshold(context, {
    amount: split.validation,
    path: 'data.split.validation',
    rows: before,
  })
  const cases = [
    ...(test === null ? [] : [`WHEN __time >= ${String(test)} THEN 'test'`]),
    ...(validation === null ? [] : [`WHEN __time >= ${String(validation)} THEN 'validation'`]),
  ]
  return cases.length === 0 ? "'train'" : `CASE ${cases.join(' ')} ELSE 'train' END`
}

/** Of the rows that the config splits, where each stands among its user's in a random order: 0 to below 1. */
function rankWithinUser({ config, columns }: SplitContext, drawn: string): string {
  const user = columns.get(config.data.user ?? '') ?? 'NULL'
  const among = `PARTITION BY ${user}, __given = ''`
  // Half a row is added, so that the share is rounded to the nearest row.
  return `((row_number() OVER (${among} ORDER BY ${drawn}, __row) - 0.5) / count(*) OVER (${among}))`
}

async function validationCut(context: SplitContext, declared: string): Promise<string> {
  const { config } = context
  const share = config.training?.validationShare ?? defaultValidationShare
  if (config.data.split?.by !== 'time')
    return `${uniformSql(randomKey(config.training?.seed ?? 1, 'validation'))} < ${String(share)}`
  const threshold = await timeThreshold(context, {
    amount: share,
    path: 'training.validationShare',
    rows: `(${declared}) = 'train'`,
  })
  return threshold === null ? 'false' : `__time >= ${String(threshold)}`
}

interface Threshold {
  /** A share of the examples, or a duration. */
  readonly amount: number | string | undefined
  readonly path: string
  /** The rows that are split here. */
  readonly rows: string
}

/** The moment from which rows belong to the later side: rows of one moment are all on one side. */
async function timeThreshold({ database }: SplitContext, { amount, path, rows }: Threshold): Promise<number | null> {
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
     WHERE later >= ${String(amount)} * (SELECT count(*) FROM joined WHERE __given = '')`,
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
