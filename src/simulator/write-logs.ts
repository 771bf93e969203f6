/** Writes a simulated app store as the logs a product would have, and what only the simulator knows beside them. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { atomicWriteFile, makeDirectory, randomInteger, randomKey } from '../base/index.js'
import { createAppStore } from './app-store.js'
import type { AppStore } from './app-store.js'

export interface SimulatedLogOptions {
  readonly directory: string
  readonly users?: number
  readonly apps?: number
  readonly impressions?: number
  readonly seed?: number
}

/** 1 January 2026, in seconds. */
const firstSecond = 1_767_225_600
const secondsBetween = 12
const rowsPerWrite = 10_000

/**
 * Writes `impressions.csv`, `actions.csv` (each install some seconds after its impression), `users.csv`, `apps.csv` and `truth.json`: log loss and AUC of the true probabilities over all
 * impressions, which no model can be expected to beat. Timestamps are seconds, twelve apart. About 0.3 s at the default size.
 */
export function writeSimulatedLogs(options: SimulatedLogOptions): void {
  const { directory, users = 2000, apps = 300, impressions = 100_000, seed = 1 } = options
  makeDirectory(directory)
  const store = createAppStore({ users, apps, seed })
  writeTable(join(directory, 'apps.csv'), 'app,title,category', store.apps, ({ app, title, category }) => [
    app,
    title,
    category,
  ])
  writeTable(join(directory, 'users.csv'), 'user,country,age,device,installed', store.users, (user) => [
    user.user,
    user.country,
    String(user.age),
    user.device,
    user.installed.map((index) => store.apps[index]?.app ?? '').join('|'),
  ])
  const best = writeLogs(directory, store, { count: impressions, seed })
  atomicWriteFile(
    join(directory, 'truth.json'),
    `${JSON.stringify({ seed, impressions, bestLogLoss: best.logLoss, bestAuc: best.auc }, null, 2)}\n`,
  )
}

function writeTable<T>(path: string, header: string, rows: readonly T[], cells: (row: T) => readonly string[]): void {
  atomicWriteFile(path, `${[header, ...rows.map((row) => cells(row).join(','))].join('\n')}\n`)
}

/** Streams the impressions to disk and returns how well the truth itself does. */
function writeLogs(
  directory: string,
  store: AppStore,
  { count, seed }: { readonly count: number; readonly seed: number },
): { readonly logLoss: number; readonly auc: number | null } {
  const file = openSync(join(directory, 'impressions.csv'), 'w')
  const actions = openSync(join(directory, 'actions.csv'), 'w')
  const key = randomKey(seed, 'delay')
  let loss = 0
  const byLabel: readonly [number[], number[]] = [[], []]
  try {
    writeSync(file, 'user,app,timestamp,hour,install\n')
    writeSync(actions, 'user,app,timestamp,event\n')
    for (let first = 0; first < count; first += rowsPerWrite) {
      const lines: string[] = []
      const done: string[] = []
      for (let index = first; index < Math.min(count, first + rowsPerWrite); index++) {
        const { user, app, hour, probability, label } = store.impression(index)
        loss -= Math.log(label === 1 ? probability : 1 - probability)
        byLabel[label].push(probability)
        const time = firstSecond + index * secondsBetween
        const who = `${store.users[user]?.user ?? ''},${store.apps[app]?.app ?? ''}`
        lines.push(`${who},${String(time)},${String(hour)},${String(label)}\n`)
        const moment = time + 1 + randomInteger(key, index, secondsBetween - 1)
        if (label === 1) done.push(`${who},${String(moment)},install\n`)
      }
      writeSync(file, lines.join(''))
      writeSync(actions, done.join(''))
    }
  } finally {
    closeSync(file)
    closeSync(actions)
  }
  return { logLoss: loss / count, auc: separation(Float64Array.from(byLabel[0]), Float64Array.from(byLabel[1])) }
}

/** The share of pairs with the greater number among the positives, ties one half; `null` where a side is empty. */
export function separation(negatives: Float64Array, positives: Float64Array): number | null {
  if (negatives.length === 0 || positives.length === 0) return null
  negatives.sort()
  let below = 0
  let upTo = 0
  let right = 0
  for (const value of positives.sort()) {
    while (below < negatives.length && (negatives[below] ?? 0) < value) below++
    while (upTo < negatives.length && (negatives[upTo] ?? 0) <= value) upTo++
    right += (below + upTo) / 2
  }
  return right / negatives.length / positives.length
}
