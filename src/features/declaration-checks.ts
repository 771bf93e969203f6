/** Checks that several column kinds make of their declarations. */
import type { Issue } from '../base/index.js'
import { shown } from '../base/index.js'
import type { ColumnState, Statistics } from './column.js'
import { configFault } from './errors.js'

export const faultAt = (path: string, message: string): Issue => ({ code: configFault, path, message })

/** A fault unless the value is a whole number of at least `minimum`. */
export function countIssues(value: unknown, path: string, minimum = 1): Issue[] {
  if (typeof value === 'number' && Number.isInteger(value) && value >= minimum) return []
  return [faultAt(path, `must be a whole number of at least ${String(minimum)}; got ${shown(value)}`)]
}

/** The state of a column whose declaration says it all. */
export const nothingLearned = (): Promise<ColumnState> => Promise.resolve({ json: {}, arrays: {} })

export const wrongStatistics = (kind: string, statistics: Statistics): Error =>
  new Error(`internal: a ${kind} column cannot learn from ${statistics.kind}`)
