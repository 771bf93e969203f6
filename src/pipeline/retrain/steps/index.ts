/** The steps of the daily job in their order: a new one is one file and one line. */
import type { RetrainStep } from '../retrain-step.js'
import { check } from './check.js'
import { gate } from './gate.js'
import { prepare } from './prepare.js'
import { probe } from './probe.js'
import { promote } from './promote.js'
import { publish } from './publish.js'
import { retain } from './retain.js'
import { train } from './train.js'

export const retrainSteps: readonly RetrainStep[] = [check, prepare, probe, train, publish, gate, promote, retain]
