/** Every data check, in the order in which they are printed: what was read, then labels and times, columns, splits. */
import { actionsBeforeImpression } from './actions-before-impression.js'
import { almostUniqueColumns } from './almost-unique-columns.js'
import type { DataCheck } from './check.js'
import { classImbalance } from './class-imbalance.js'
import { constantColumns } from './constant-columns.js'
import { drift } from './drift.js'
import { duplicateExamples } from './duplicate-examples.js'
import { futureTimes } from './future-times.js'
import { labelRateByDay } from './label-rate-by-day.js'
import { lateActions } from './late-actions.js'
import { leakingColumn } from './leaking-column.js'
import { missingValues } from './missing-values.js'
import { orphanActions } from './orphan-actions.js'
import { positionDistribution } from './position-distribution.js'
import { timeFormats } from './time-formats.js'
import { tinyData } from './tiny-data.js'
import { trainTestOverlap } from './train-test-overlap.js'
import { unmatchedJoins } from './unmatched-joins.js'
import { unreadRows } from './unread-rows.js'
import { unusableActions } from './unusable-actions.js'
import { vocabularyCoverage } from './vocabulary-coverage.js'

export const dataChecks: readonly DataCheck[] = [
  unreadRows,
  unmatchedJoins,
  unusableActions,
  orphanActions,
  actionsBeforeImpression,
  lateActions,
  duplicateExamples,
  timeFormats,
  futureTimes,
  labelRateByDay,
  tinyData,
  classImbalance,
  positionDistribution,
  constantColumns,
  almostUniqueColumns,
  missingValues,
  leakingColumn,
  vocabularyCoverage,
  drift,
  trainTestOverlap,
]
