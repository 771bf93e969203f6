import type { ScheduleKind } from './schedule-kind.js'
import { share, steps } from './schedule-kind.js'

/** From 1 to `floor` on half a cosine over `steps`, then `floor` (Loshchilov and Hutter 2017, without restarts). */
export const cosine: ScheduleKind = {
  name: 'cosine',
  settings: { steps: steps('rest'), floor: share(0) },
  factor(t, setting) {
    const floor = setting('floor')
    const passed = Math.min(1, t / setting('steps'))
    return floor + ((1 - floor) * (1 + Math.cos(Math.PI * passed))) / 2
  },
}
