/** What a search has found: the trials in order, the best of each rung, the command that trains the best, and warnings. */
import type { Config } from '../../features/index.js'
import type { SearchSpace, Settings, SettingValue } from '../../space/index.js'
import { validateConfig, withSettings } from '../../features/index.js'
import { valueBeyond, borderOf } from '../../search/index.js'
import type { SearchState, Trial } from './search-state.js'
import { lossOf, ranked } from './search-state.js'

export interface TrialSummary {
  readonly trial: number
  readonly settings: Settings
  /** Best value of the metric so far, and the epochs after which it came; `null` where the trial failed before. */
  readonly value: number | null
  readonly bestEpochs: number | null
  /** Epochs trained. */
  readonly epochs: number
  readonly failure: string | null
}

export interface RungSummary {
  readonly epochs: number
  /** Trials that have reached it. */
  readonly trials: number
  readonly best: { readonly trial: number; readonly value: number } | null
}

/** All trials, the best first, those without a value last. */
export function trialSummaries(state: SearchState): TrialSummary[] {
  const valued = ranked(state)
  const others = [...state.trials.values()].filter(({ best }) => best === null)
  return [...valued, ...others].map(({ trial, settings, best, values, failure }: Trial) => ({
    trial,
    settings,
    value: best?.value ?? null,
    bestEpochs: best?.epochs ?? null,
    epochs: values.length,
    failure,
  }))
}

/** Each rung with its best trial: whether more epochs changed the order. */
export function rungSummaries({ header, records }: SearchState): RungSummary[] {
  return header.rungs.map((epochs, at) => {
    const reached = records.flatMap(({ trial, rung, loss }) =>
      rung === at && loss !== null && Number.isFinite(loss) ? [{ trial, loss }] : [],
    )
    const best = [...reached].sort((a, b) => a.loss - b.loss || a.trial - b.trial)[0]
    return {
      epochs,
      trials: reached.length,
      best: best ? { trial: best.trial, value: lossOf(header, best.loss) } : null,
    }
  })
}

export interface Reproduction {
  readonly config: string
  readonly out: string
  readonly settings: Settings
}

/** The `widedeep train` line that trains these settings again, for a shell; to the end, as schedules depend on it. */
export function trainCommand({ config, out, settings }: Reproduction): string {
  const set = Object.entries(settings).map(([path, value]) => quoted(`${path}=${settingText(value)}`))
  const parts = ['npx widedeep train', `--config ${quoted(config)}`, `--out ${quoted(out)}`]
  return [...parts, `--set ${set.join(' ')}`].join(' ')
}

/** A value as `--set` reads it: text as it is, unless it would be read as JSON. */
function settingText(value: SettingValue): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  try {
    JSON.parse(value)
    return JSON.stringify(value)
  } catch {
    return value
  }
}

const quoted = (text: string): string => (/^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

/** Warnings where the best value lies at the end of its range, unless the config allows nothing beyond it. */
export function borderWarnings(config: Config, space: SearchSpace, best: Settings): string[] {
  return Object.entries(space).flatMap(([path, dimension]) => {
    const value = best[path] ?? null
    const end = borderOf(dimension, value)
    if (end === null || dimension.kind === 'choice') return []
    if (!isAllowed(config, { [path]: valueBeyond(dimension, end) })) return []
    const way = end === 'low' ? 'below' : 'above'
    return [
      `the best ${path}, ${JSON.stringify(value)}, lies at the border of its range ${String(dimension.low)} to ${String(dimension.high)}: the optimum may lie ${way}; widen the range`,
    ]
  })
}

function isAllowed({ tune: _tune, ...config }: Config, settings: Settings): boolean {
  return validateConfig(withSettings(config, settings)).length === 0
}
