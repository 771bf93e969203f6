import { defineError } from '../base/index.js'

export const calibrationImpossible = defineError<{ method: string; reason: string }>(
  'CALIBRATION_IMPOSSIBLE',
  'data',
  ({ method, reason }) =>
    `${method} must be learned on rows of both classes with finite logits; ${reason}; give it more rows that training has not seen`,
)

export const calibrationUnknown = defineError<{ method: string; hint: string }>(
  'CALIBRATION_METHOD_UNKNOWN',
  'usage',
  ({ method, hint }) => `the calibration method must be one that this release has; got "${method}"; ${hint}`,
)
