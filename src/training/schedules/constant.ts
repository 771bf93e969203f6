import type { ScheduleKind } from './schedule-kind.js'

/** The learning rate as it is given. */
export const constant: ScheduleKind = { name: 'constant', settings: {}, factor: () => 1 }
