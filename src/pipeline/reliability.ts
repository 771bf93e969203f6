/** How far the probabilities of a bundle can be believed: by bin of the score, and by segment. */
import type { EncodedDataset } from '../data/index.js'
import { reliabilityBins, segmentCalibration } from '../evaluation/index.js'
import type { ReliabilityBin, ScoredRows, SegmentCalibration } from '../evaluation/index.js'
import type { Bundle } from '../model/index.js'
import { probabilitiesMissing } from './errors.js'
import { segmentsOf } from './segments.js'

export interface ReliabilityOptions {
  /** A column to look at value by value. */
  readonly by?: string | undefined
  /** Bins; default 10. */
  readonly bins?: number | undefined
  /** Values with fewer rows are left out; default 100. */
  readonly minimumRows?: number | undefined
}

export interface Reliability {
  /** The method that the bundle is calibrated by. */
  readonly calibratedBy: string | null
  /** The most bins there may be; empty ones are left out. */
  readonly binCount: number
  readonly equalMass: readonly ReliabilityBin[]
  readonly equalWidth: readonly ReliabilityBin[]
  readonly by?: {
    readonly column: string
    readonly minimumRows: number
    /** Largest first. */
    readonly segments: readonly SegmentCalibration[]
    readonly smallCount: number
  }
}

export interface ReliabilityRows {
  readonly bundle: Bundle
  readonly dataset: EncodedDataset
  readonly scored: ScoredRows
  readonly kept: readonly (string | null)[] | null
}

/** Reliability of scored rows; throws `PIPELINE_PROBABILITIES_MISSING` where scores are no probabilities. */
export async function reliabilityOf(rows: ReliabilityRows, options: ReliabilityOptions): Promise<Reliability> {
  const { bundle, scored } = rows
  if (bundle.model.head !== 'binary') throw probabilitiesMissing({ head: bundle.model.head, need: 'reliability' })
  const binCount = options.bins ?? 10
  return {
    binCount,
    calibratedBy: bundle.calibration?.method ?? null,
    equalMass: reliabilityBins(scored, 'equalMass', binCount),
    equalWidth: reliabilityBins(scored, 'equalWidth', binCount),
    ...(options.by === undefined ? {} : { by: await bySegment(rows, options.by, options.minimumRows ?? 100) }),
  }
}

async function bySegment(rows: ReliabilityRows, column: string, minimumRows: number) {
  const segments = await segmentsOf(rows, column)
  return { column, minimumRows, ...segmentCalibration(rows.scored, segments, minimumRows) }
}
