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
import { macroAuc } from './macro-auc.js'
import { macroF1 } from './macro-f1.js'
import { multiclassAccuracy } from './multiclass-accuracy.js'
import { multiclassLogLoss } from './multiclass-log-loss.js'
import { multilabelLogLoss } from './multilabel-log-loss.js'
import { multilabelMacroAuc } from './multilabel-macro-auc.js'
import { multilabelMicroAuc } from './multilabel-micro-auc.js'
import { logLoss } from './log-loss.js'
import { mae } from './mae.js'
import { predictionMean } from './prediction-mean.js'
import { rmse } from './rmse.js'
import { top3Accuracy } from './top-3-accuracy.js'
import { top5Accuracy } from './top-5-accuracy.js'
import { weightedF1 } from './weighted-f1.js'

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
  multiclassLogLoss,
  multiclassAccuracy,
  top3Accuracy,
  top5Accuracy,
  macroF1,
  weightedF1,
  macroAuc,
  multilabelLogLoss,
  multilabelMicroAuc,
  multilabelMacroAuc,
  labelMean,
  predictionMean,
]
