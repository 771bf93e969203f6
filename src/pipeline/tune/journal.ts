/**
 * The journal of a search: one JSON object a line, each written and synced before anything depends on it. A kill may tear
 * the last line and no other; what it said is then done again.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeDirectory } from '../../base/index.js'
import type { Settings } from '../../space/index.js'
import { journalDamaged } from './errors.js'

/** What all trials of a search have in common; the first line. */
export interface SearchHeader {
  readonly kind: 'search'
  readonly version: 1
  /** Of config, space, data, metric and seed. */
  readonly fingerprint: string
  readonly metric: string
  readonly isHigherBetter: boolean
  readonly seed: number
  /** Epochs of each rung; the last is the most that a trial gets. */
  readonly rungs: readonly number[]
  /** Of each trial: results are the same bytes for one count only. */
  readonly threads: number
}

export type TrialRecord =
  /** A trial is on its way to a rung; to the first with its settings. */
  | { readonly kind: 'job'; readonly trial: number; readonly rung: number; readonly settings?: Settings }
  /** The metric on the validation split after so many epochs. */
  | { readonly kind: 'epoch'; readonly trial: number; readonly epochs: number; readonly value: number | null }
  /** The rung is reached; the best value so far came after `epochs` epochs. */
  | {
      readonly kind: 'result'
      readonly trial: number
      readonly rung: number
      readonly epochs: number
      readonly value: number
    }
  | { readonly kind: 'failed'; readonly trial: number; readonly rung: number; readonly reason: string }

export type JournalRecord = SearchHeader | TrialRecord

export interface Journal {
  append(record: JournalRecord): void
  close(): void
}

/** Every whole line of a journal; none when there is no file. Throws when a line that is whole says nothing. */
export function readJournal(path: string): JournalRecord[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as JournalRecord
    } catch (cause) {
      throw journalDamaged({ path, line: index + 1 }, { cause })
    }
  })
}

/** Opens a journal to write behind its last whole line. */
export function openJournal(path: string): Journal {
  makeDirectory(dirname(path))
  if (existsSync(path)) truncateSync(path, readFileSync(path).lastIndexOf(0x0a) + 1)
  const file = openSync(path, 'a')
  return {
    append(record) {
      writeSync(file, `${JSON.stringify(record)}\n`)
      fsyncSync(file)
    },
    close: () => {
      closeSync(file)
    },
  }
}
