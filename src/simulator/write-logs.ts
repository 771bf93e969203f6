/** Streams what a simulated store showed and what people did, as the logs that a product would have. */
import { join } from 'node:path'
import { devices } from './constants.js'
import { createCsvFile } from './csv-file.js'
import type { CsvFile } from './csv-file.js'
import type { SimulatedEvent } from './outcomes.js'
import type { AppStore, SimulatedImpression, SimulatedRequest } from './requests.js'
import { appName, createJoinMoments, initialApps, userName } from './write-tables.js'

export interface LogOptions {
  readonly directory: string
  readonly seed: number
  /** Writes the label into the impressions too, as a column `install`. */
  readonly isLabelled: boolean
  /** Writes the true probability of every impression to truth.csv. */
  readonly hasTruth: boolean
  onImpression(request: SimulatedRequest, impression: SimulatedImpression): void
}

interface Logs {
  readonly impressions: CsvFile
  readonly actions: CsvFile
  readonly truth: CsvFile | null
}

/** Writes `impressions.csv`, `actions.csv` and, if asked, `truth.csv`. */
export function writeLogs(store: AppStore, options: LogOptions): void {
  const logs = openLogs(options)
  let isWhole = false
  try {
    let day = -1
    for (const request of store.requests()) {
      if (request.day > day) writeOwned(logs.actions, store, { day: (day = request.day), seed: options.seed })
      writeRequest(logs, request, options)
    }
    isWhole = true
  } finally {
    for (const log of Object.values(logs) as (CsvFile | null)[]) log?.close(isWhole)
  }
}

function openLogs({ directory, isLabelled, hasTruth }: LogOptions): Logs {
  const open = (name: string, header: string): CsvFile => createCsvFile(join(directory, name), header)
  const columns = 'request,user,app,timestamp,position,hour,weekday,device'
  return {
    impressions: open('impressions.csv', isLabelled ? `${columns},install` : columns),
    actions: open('actions.csv', 'request,user,app,timestamp,received,event'),
    truth: hasTruth ? open('truth.csv', 'request,app,probability,install') : null,
  }
}

/** What new users bring with them, as actions `own` of the moment at which they joined: a list as of any moment needs no other log. */
function writeOwned(actions: CsvFile, store: AppStore, { day, seed }: { day: number; seed: number }): void {
  const joined = createJoinMoments(store, seed)
  for (let user = day === 0 ? 0 : store.plan.usersOn(day - 1); user < store.plan.usersOn(day); user++) {
    const time = String(joined(user))
    for (const app of initialApps(store, user)) actions.row(`,${userName(user)},${appName(app)},${time},${time},own`)
  }
}

function writeRequest(logs: Logs, request: SimulatedRequest, { isLabelled, onImpression }: LogOptions): void {
  const name = `r${String(request.index + 1)}`
  const who = `${name},${userName(request.user)}`
  const when = `${String(request.hour)},${String(request.weekday)},${devices[request.device] ?? ''}`
  for (const impression of request.impressions) {
    const { position, outcome, probability } = impression
    const app = appName(impression.app)
    const label = outcome.installed ? '1' : '0'
    const shown = `${who},${app},${String(request.time)},${String(position + 1)},${when}`
    logs.impressions.row(isLabelled ? `${shown},${label}` : shown)
    if (outcome.opened) logs.actions.row(actionRow(`${who},${app}`, outcome.opened, 'open'))
    if (outcome.installed) logs.actions.row(actionRow(`${who},${app}`, outcome.installed, 'install'))
    logs.truth?.row(`${name},${app},${String(probability)},${label}`)
    onImpression(request, impression)
  }
}

const actionRow = (what: string, { time, received }: SimulatedEvent, kind: string): string =>
  `${what},${String(time)},${String(received)},${kind}`
