/** The schedule of a part, read from the config, and the factor that it gives a step. */
import { shown, suggestion } from '../base/index.js'
import type { ScheduleKind, ScheduleSetting } from './schedules/index.js'
import { schedules, steps } from './schedules/index.js'

export interface ResolvedSchedule {
  readonly kind: ScheduleKind
  readonly warmup: number
  /** Settings that the config gives. */
  readonly values: Readonly<Record<string, number>>
}

export interface StepOfTraining {
  /** Steps taken before this one. */
  readonly step: number
  /** Steps of the whole training. */
  readonly stepCount: number
}

/** FTRL divides by the learning rate: no factor may be 0. */
const leastFactor = 1e-6
const warmup = steps(0, 0)

/** The schedule of a declaration, or everything that is wrong with it. */
export function resolveSchedule(declared: unknown, path: string): ResolvedSchedule | readonly string[] {
  const { name, ...given } = (declared ?? { name: 'constant' }) as Readonly<Record<string, unknown>>
  const kind = schedules.find((one) => one.name === name)
  if (!kind) {
    const names = schedules.map((one) => one.name)
    return [`${path}.name must be a schedule; got ${shown(name)}; ${suggestion(String(name), names)}`]
  }
  const known: ScheduleKind['settings'] = { ...kind.settings, warmup }
  const faults = Object.entries(given).flatMap(([key, value]) => settingFaults(known, `${path}.${key}`, { key, value }))
  if (faults.length > 0) return faults
  const { warmup: warm = 0, ...values } = given as Readonly<Record<string, number>>
  return { kind, warmup: warm, values }
}

function settingFaults(
  known: ScheduleKind['settings'],
  path: string,
  { key, value }: { key: string; value: unknown },
): string[] {
  const setting = Object.hasOwn(known, key) ? known[key] : undefined
  if (!setting) return [`${path} must not be here: nothing has this name; ${suggestion(key, Object.keys(known))}`]
  return fits(setting, value) ? [] : [`${path} must be ${expected(setting)}; got ${shown(value)}`]
}

function fits({ minimum, maximum, isWhole }: ScheduleSetting, value: unknown): boolean {
  return typeof value === 'number' && value >= minimum && value <= maximum && (!isWhole || Number.isInteger(value))
}

const expected = ({ minimum, maximum, isWhole }: ScheduleSetting): string =>
  isWhole ? `a whole number of at least ${String(minimum)}` : `a number in [${String(minimum)}, ${String(maximum)}]`

/** The factor on the learning rate of a step: it rises over the warm-up, then the schedule begins. */
export function scheduleFactor({ kind, warmup: warm, values }: ResolvedSchedule, at: StepOfTraining): number {
  if (at.step < warm) return (at.step + 1) / warm
  const rest = Math.max(1, at.stepCount - warm)
  const setting = (name: string): number => {
    const value = values[name] ?? kind.settings[name]?.default ?? 'rest'
    return value === 'rest' ? rest : value
  }
  return Math.max(leastFactor, kind.factor(at.step - warm, setting))
}
