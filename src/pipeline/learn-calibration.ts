/** Learns a calibration on held-out rows, and says what it is worth on rows that it was not learned on. */
import type { LearnedCalibration } from '../calibration/index.js'
import { calibratorOf, crossFit, foldsOf } from '../calibration/index.js'
import type { EncodedDataset } from '../data/index.js'
import { evaluatePointwise } from '../evaluation/index.js'
import type { EncodedFeatures } from '../features/index.js'
import type { HeadName } from '../model/index.js'
import { scoreSplit } from './validation.js'

export interface CalibrationTask {
  readonly method: string
  readonly head: HeadName
  readonly dataset: EncodedDataset
  /** Where the rows are, for the manifest. */
  readonly source: string
  /** Of the halves of cross-fitting. */
  readonly seed: number
  /** The model that is to be calibrated, as it scores now and before its head. */
  readonly scorer: {
    score(features: EncodedFeatures): Promise<Float32Array>
    logits(features: EncodedFeatures): Promise<Float32Array>
  }
}

export type Metrics = Readonly<Record<string, number | null>>

export interface CalibrationReport {
  readonly method: string
  /** How many rows it was learned on. */
  readonly rows: number
  readonly source: string
  /** Metrics of these rows without the calibration. */
  readonly before: Metrics
  /** Metrics of these rows by cross-fitting: each row calibrated by what the other half of the rows says. */
  readonly crossFitted: Metrics
}

/** The calibration of all rows with its report; throws `CALIBRATION_IMPOSSIBLE` where rows, or a half of them, say nothing. */
export async function learnCalibration({
  method,
  head,
  dataset,
  source,
  seed,
  scorer,
}: CalibrationTask): Promise<LearnedCalibration & { readonly report: CalibrationReport }> {
  const calibrator = calibratorOf(method)
  const { scores, labels, weights } = await scoreSplit(dataset, (features) => scorer.score(features))
  const { scores: logits } = await scoreSplit(dataset, (features) => scorer.logits(features))
  const rows = { logits, labels, weights }
  const calibration = calibrator.fit(rows)
  const groups = await dataset.groups()
  const crossFitted = crossFit(calibrator, rows, foldsOf(labels.length, seed, groups))
  const metrics = (of: Float32Array): Metrics =>
    evaluatePointwise(head, { scores: of, labels, weights, ...(groups ? { groups } : {}) })
  const record = { method, rows: labels.length, source }
  return { calibration, record, report: { ...record, before: metrics(scores), crossFitted: metrics(crossFitted) } }
}
