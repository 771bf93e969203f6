/** What a learning-rate schedule is: one file, one line in `schedules/index.ts`. */

export interface ScheduleSetting {
  /** `rest`: the steps of the training after the warm-up. */
  readonly default: number | 'rest'
  readonly minimum: number
  readonly maximum: number
  readonly isWhole: boolean
}

export interface ScheduleKind {
  readonly name: string
  readonly settings: Readonly<Record<string, ScheduleSetting>>
  /** The factor on the learning rate at step `t`, from 0, after the warm-up: a function of the number alone. */
  factor(t: number, setting: (name: string) => number): number
}

/** A setting that counts steps. */
export const steps = (value: number | 'rest', minimum = 1): ScheduleSetting => ({
  default: value,
  minimum,
  maximum: Number.MAX_SAFE_INTEGER,
  isWhole: true,
})

/** A setting between 0 and 1. */
export const share = (value: number): ScheduleSetting => ({ default: value, minimum: 0, maximum: 1, isWhole: false })
