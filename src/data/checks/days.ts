/** Rows by day, in UTC. */
import type { Clock } from './context.js'

const secondsOfDay = 86_400

/** The number of the day, from 1970. */
export const daySql = ({ perSecond }: Clock): string => `floor(__time / ${String(secondsOfDay * perSecond)})`

/** The date of a day, as 2026-01-31. */
export function dayText(day: number): string {
  const date = new Date(day * secondsOfDay * 1000)
  return Number.isNaN(date.getTime()) ? `day ${String(day)}` : date.toISOString().slice(0, 10)
}
