/** Every schedule that a config may name. */
import { constant } from './constant.js'
import { cosine } from './cosine.js'
import { exponential } from './exponential.js'
import type { ScheduleKind } from './schedule-kind.js'

export { steps } from './schedule-kind.js'
export type { ScheduleKind, ScheduleSetting } from './schedule-kind.js'
export const schedules: readonly ScheduleKind[] = [constant, cosine, exponential]
