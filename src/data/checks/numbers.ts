/** Numbers from and for the checks: aggregates of the database, and how counts, shares and moments are written. */
import type { Database } from '../../sql/index.js'

/** The first row of a query whose columns are all numbers; what is missing is 0. */
export async function askNumbers<N extends string>(
  database: Database,
  names: readonly N[],
  sql: string,
): Promise<Record<N, number>> {
  const [row] = await database.rows(sql)
  return Object.fromEntries(names.map((name) => [name, Number(row?.[name] ?? 0)])) as Record<N, number>
}

/** `part` of `whole`; 0 of nothing. */
export const shareOf = (part: number, whole: number): number => (whole > 0 ? part / whole : 0)

export { countText } from '../../base/index.js'

/** 12.34 %, and more digits where a share is small. */
export function shareText(share: number): string {
  const percent = 100 * share
  if (percent === 0) return '0 %'
  const digits = Math.abs(percent) < 0.1 ? 4 : percent < 10 ? 2 : 1
  return `${percent.toFixed(digits)} %`
}

/** 45 s, 3.5 min, 2 h or 1.5 d */
export function secondsText(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
  ] as const
  const [name, size] = units.find(([, length]) => Math.abs(seconds) >= 2 * length) ?? ['s', 1]
  return `${String(Number((seconds / size).toFixed(1)))} ${name}`
}

/** A moment in seconds since 1970 as a date and a time, UTC; one that no calendar has as its number. */
export function momentText(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000Z', 'Z')
}

const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
/** Wider series are drawn with several values a character. */
const plotWidth = 60

/** Numbers of at least 0 as a line of bars between 0 and their largest. */
export function plotText(values: readonly number[]): string {
  const perBar = Math.max(1, Math.ceil(values.length / plotWidth))
  const bars: number[] = []
  for (let first = 0; first < values.length; first += perBar) {
    const own = values.slice(first, first + perBar)
    bars.push(own.reduce((sum, value) => sum + value, 0) / own.length)
  }
  const most = Math.max(...bars, 0)
  return bars.map((value) => levels[most > 0 ? Math.round((value / most) * (levels.length - 1)) : 0]).join('')
}

/** The middle of some numbers; 0 of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length === 0 ? 0 : ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2
}
