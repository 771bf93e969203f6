/** A search as it goes, on standard error, and what it has found. */
import type { SettingValue } from '../space/index.js'
import type { TuneEvent, TuneResult } from '../pipeline/index.js'
import type { Output } from './output.js'
import { metricText, textTable } from './table.js'

/** Trials of the table at the end. */
const shownTrials = 10

/** Follows the events of one search. */
export function createTuneView(output: Output): (event: TuneEvent) => void {
  return (event) => {
    const name = `trial ${String(event.trial).padStart(3)}`
    if (event.kind === 'started') {
      output.progress(`${name}  to ${epochText(event.epochs)}  ${settingsText(event.settings)}`)
    } else if (event.kind === 'epoch') {
      output.progress(`${name}  ${epochText(event.epochs)}  ${metricText(event.value)}`)
    } else if (event.kind === 'reached') {
      output.note(`${name}  ${epochText(event.epochs)}  ${metricText(event.value)}${event.isBest ? '  ← best' : ''}`)
    } else {
      output.warn(`${name} failed: ${event.reason}`)
    }
  }
}

const epochText = (epochs: number): string => `${String(epochs).padStart(3)} epoch${epochs === 1 ? ' ' : 's'}`

const settingText = (value: SettingValue | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null)

const settingsText = (settings: Readonly<Record<string, SettingValue>>): string =>
  Object.entries(settings)
    .map(([path, value]) => `${path}=${settingText(value)}`)
    .join('  ')

/** The best trials with their settings, the best of each rung, and the command that trains the best. */
export function tuneSummary({ metric, trials, rungs, best, command }: TuneResult): string {
  const paths = Object.keys(best.settings)
  const rows = trials
    .slice(0, shownTrials)
    .map(({ trial, value, bestEpochs, epochs, settings, failure }) => [
      String(trial),
      failure !== null && value === null ? 'failed' : metricText(value),
      bestEpochs === null ? '–' : `${String(bestEpochs)} of ${String(epochs)}`,
      ...paths.map((path) => settingText(settings[path])),
    ])
  const rungRows = rungs.map((rung) => [
    String(rung.epochs),
    String(rung.trials),
    metricText(rung.best?.value),
    rung.best === null ? '–' : String(rung.best.trial),
  ])
  return [
    '',
    textTable(['trial', `validation ${metric}`, 'best epoch', ...paths], rows),
    '',
    textTable(['epochs', 'trials', `best ${metric}`, 'trial'], rungRows),
    '',
    `train the best, trial ${String(best.trial)}, with:`,
    command,
  ].join('\n')
}
