import type { ScheduleKind } from './schedule-kind.js'
import { share, steps } from './schedule-kind.js'

/** `rate^(t / every)`, without steps: TensorFlow's exponential decay. */
export const exponential: ScheduleKind = {
  name: 'exponential',
  settings: { rate: share(0.96), every: steps(1000) },
  factor: (t, setting) => setting('rate') ** (t / setting('every')),
}
