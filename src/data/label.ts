/** Labels, weights and times as expressions over cells. */
import type { Config } from '../features/index.js'
import { labelKindOf } from '../features/index.js'
import { quoteText } from '../sql/index.js'

/** A cell as a finite number, or `NULL`. */
export function numberSql(cell: string): string {
  const number = `TRY_CAST(replace(CAST(${cell} AS VARCHAR), '_', '?') AS DOUBLE)`
  return `CASE WHEN isfinite(${number}) THEN ${number} END`
}

type LabelConfig = Pick<Config, 'data' | 'model'>

interface LabelReading {
  /** The label, or `NULL` where the cell holds none. */
  sql(config: LabelConfig, cell: string): string
  /** What a label must be, for the error. */
  expectation(config: LabelConfig): string
}

const number: LabelReading = {
  sql: ({ data }, cell) => `CAST(${judgedSql(data, cell) ?? numberSql(cell)} AS DOUBLE)`,
  expectation: ({ data }) => judgedExpectation(data) ?? 'a finite number',
}

const readings: Readonly<Record<ReturnType<typeof labelKindOf>, LabelReading>> = {
  number,
  zeroOne: {
    sql: ({ data }, cell) =>
      `CAST(${judgedSql(data, cell) ?? `CASE WHEN (${numberSql(cell)}) IN (0, 1) THEN (${numberSql(cell)}) END`} AS DOUBLE)`,
    expectation: ({ data }) => judgedExpectation(data) ?? '0 or 1',
  },
  class: {
    sql: (_, cell) => `nullif(trim(${classSql(cell)}), '')`,
    expectation: () => 'the name or number of a class',
  },
  classSet: {
    sql: ({ data }, cell) => classSetSql(cell, data.label?.separator ?? '|'),
    expectation: () => 'a list of labels',
  },
}

export const labelSql = (config: LabelConfig, cell: string): string =>
  readings[labelKindOf(config.model)].sql(config, cell)

export const labelExpectation = (config: LabelConfig): string => readings[labelKindOf(config.model)].expectation(config)

/** 0 and 1 by `positive` or `atLeast`; `null` where the config has neither. */
function judgedSql({ label }: Config['data'], cell: string): string | null {
  const { positive, atLeast } = label ?? {}
  const value = numberSql(cell)
  if (positive) {
    const texts = positive.map((one) => quoteText(String(one))).join(', ')
    const numbers = positive.filter((one) => typeof one === 'number')
    const isNumber = numbers.length > 0 ? ` OR (${value}) IN (${numbers.map(String).join(', ')})` : ''
    return `CASE WHEN ${cell} IS NULL THEN NULL WHEN CAST(${cell} AS VARCHAR) IN (${texts})${isNumber} THEN 1 ELSE 0 END`
  }
  if (atLeast === undefined) return null
  return `CASE WHEN (${value}) >= ${String(atLeast)} THEN 1 WHEN (${value}) IS NOT NULL THEN 0 END`
}

function judgedExpectation({ label }: Config['data']): string | null {
  if (label?.positive) return 'a value (missing labels are neither positive nor negative)'
  return label?.atLeast === undefined ? null : 'a finite number'
}

/** The name of a class: a whole number has the same one whether its column holds fractions or not. */
const classSql = (cell: string): string =>
  `CASE WHEN typeof(${cell}) IN ('FLOAT', 'DOUBLE') THEN regexp_replace(CAST(${cell} AS VARCHAR), '\\.0$', '') ELSE CAST(${cell} AS VARCHAR) END`

/** A list of names, of a list or of a text with separators; none where the cell is missing. */
function classSetSql(cell: string, separator: string): string {
  const text = `CAST(${cell} AS VARCHAR)`
  const list = `CASE WHEN typeof(${cell}) LIKE '%[]' THEN TRY_CAST(${cell} AS VARCHAR[]) ELSE string_split(${text}, ${quoteText(separator)}) END`
  const trimmed = `list_transform(${list}, lambda name: trim(name))`
  return `coalesce(list_filter(${trimmed}, lambda name: name <> ''), CAST([] AS VARCHAR[]))`
}

/** A moment as a number: numbers as they are, dates and timestamps as seconds since 1970, those without a zone in UTC. */
export function timeSql(cell: string): string {
  return `coalesce(${numberSql(cell)}, epoch(TRY_CAST(CAST(${cell} AS VARCHAR) AS TIMESTAMPTZ)))`
}
