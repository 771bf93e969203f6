import type { Metric } from '../metric.js'
import { accuracyBaseline } from './accuracy-baseline.js'
import { accuracy } from './accuracy.js'
import { aucPr } from './auc-pr.js'
import { auc } from './auc.js'
import { calibration } from './calibration.js'
import { expectedCalibrationError } from './expected-calibration-error.js'
import { groupedAucCoverage } from './grouped-auc-coverage.js'
import { groupedAuc } from './grouped-auc.js'
import { labelMean } from './label-mean.js'
import { logLoss } from './log-loss.js'
import { mae } from './mae.js'
import { predictionMean } from './prediction-mean.js'
import { rmse } from './rmse.js'

/** Every pointwise metric, in the order they are shown. */
export const metrics: readonly Metric[] = [
  auc,
  logLoss,
  accuracy,
  accuracyBaseline,
  aucPr,
  groupedAuc,
  groupedAucCoverage,
  calibration,
  expectedCalibrationError,
  rmse,
  mae,
  labelMean,
  predictionMean,
]
