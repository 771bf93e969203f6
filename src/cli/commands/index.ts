import type { CliCommand } from '../command.js'
import { calibrate } from './calibrate.js'
import { check } from './check.js'
import { compare } from './compare.js'
import { crosses } from './crosses.js'
import { demo } from './demo.js'
import { dryRun } from './dry-run.js'
import { evaluate } from './evaluate.js'
import { explain } from './explain.js'
import { exportEventsCommand } from './export-events.js'
import { exportMlflow } from './export-mlflow.js'
import { gate } from './gate.js'
import { infer } from './infer.js'
import { init } from './init.js'
import { inspect } from './inspect.js'
import { models } from './models.js'
import { prepare } from './prepare.js'
import { promote } from './promote.js'
import { publish } from './publish.js'
import { recommend } from './recommend.js'
import { retrain } from './retrain.js'
import { rollback } from './rollback.js'
import { serve } from './serve.js'
import { simulate } from './simulate.js'
import { train } from './train.js'
import { tune } from './tune.js'

/** Every command, in the order of the help. */
export const commands: readonly CliCommand[] = [
  init,
  infer,
  check,
  prepare,
  train,
  tune,
  evaluate,
  calibrate,
  compare,
  gate,
  crosses,
  recommend,
  explain,
  inspect,
  publish,
  dryRun,
  promote,
  rollback,
  retrain,
  models,
  serve,
  exportEventsCommand,
  exportMlflow,
  simulate,
  demo,
]
