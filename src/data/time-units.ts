/** Durations, and the unit of moments that are mere numbers. */
import { durationSeconds as secondsOfDuration } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { durationInvalid } from './errors.js'

/** Moments above 10^11 are milliseconds, above 10^14 microseconds, since in seconds they would lie beyond the year 5000. */
export function unitsPerSecond(moment: number): number {
  if (moment > 1e14) return 1e6
  return moment > 1e11 ? 1e3 : 1
}

/** What a second is in the unit of the moments of `joined`. */
export async function momentUnit(database: Database): Promise<number> {
  const [row] = await database.rows('SELECT max(__time) AS latest FROM joined')
  return unitsPerSecond(Number(row?.['latest'] ?? 0))
}

/** Seconds of a duration such as '12h', '1d' or '2w'. */
export function durationSeconds(text: string, path: string): number {
  const seconds = secondsOfDuration(text)
  if (Number.isNaN(seconds)) throw durationInvalid({ path, got: text })
  return seconds
}
