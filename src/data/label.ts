/** Labels, weights and times as expressions over cells. */
import type { Config } from '../features/index.js'
import { quoteText } from '../sql/index.js'

/** A cell as a finite number, or `NULL`. */
export function numberSql(cell: string): string {
  const number = `TRY_CAST(replace(CAST(${cell} AS VARCHAR), '_', '?') AS DOUBLE)`
  return `CASE WHEN isfinite(${number}) THEN ${number} END`
}

/** The label, or `NULL` where the cell holds none. */
export function labelSql({ data, model }: Pick<Config, 'data' | 'model'>, cell: string): string {
  const { positive, atLeast } = data.label ?? {}
  const number = numberSql(cell)
  if (positive) {
    const texts = positive.map((value) => quoteText(String(value))).join(', ')
    const numbers = positive.filter((value) => typeof value === 'number')
    const isNumber = numbers.length > 0 ? ` OR (${number}) IN (${numbers.map(String).join(', ')})` : ''
    return `CASE WHEN ${cell} IS NULL THEN NULL WHEN CAST(${cell} AS VARCHAR) IN (${texts})${isNumber} THEN 1 ELSE 0 END`
  }
  if (atLeast !== undefined)
    return `CASE WHEN (${number}) >= ${String(atLeast)} THEN 1 WHEN (${number}) IS NOT NULL THEN 0 END`
  return isBinary(model) ? `CASE WHEN (${number}) IN (0, 1) THEN (${number}) END` : number
}

/** What a label must be, for the error. */
export function labelExpectation({ data, model }: Pick<Config, 'data' | 'model'>): string {
  if (data.label?.positive) return 'a value (missing labels are neither positive nor negative)'
  return data.label?.atLeast === undefined && isBinary(model) ? '0 or 1' : 'a finite number'
}

export const isBinary = (model: Config['model']): boolean => (model?.head ?? 'binary') === 'binary'

/** A moment as a number: numbers as they are, dates and timestamps as seconds since 1970 in UTC. */
export function timeSql(cell: string): string {
  return `coalesce(${numberSql(cell)}, epoch(TRY_CAST(CAST(${cell} AS VARCHAR) AS TIMESTAMP)))`
}
