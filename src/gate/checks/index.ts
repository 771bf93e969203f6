import type { GateCheck } from '../check.js'
import { calibration } from './calibration.js'
import { change } from './change.js'
import { drift } from './drift.js'
import { finiteScores } from './finite-scores.js'
import { latency } from './latency.js'
import { size } from './size.js'
import { slices } from './slices.js'
import { suspiciousGain } from './suspicious-gain.js'
import { value } from './value.js'

/** Every check of the gate, in the order of the table. */
export const gateChecks: readonly GateCheck[] = [
  finiteScores,
  value,
  change,
  suspiciousGain,
  slices,
  calibration,
  drift,
  latency,
  size,
]
