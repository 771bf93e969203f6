/**
 * The area under the ROC curve in bounded memory: scores are counted in fine bins, ties within a bin one half. The exact area
 * differs by at most half the share of (negative, positive) pairs that fall into one bin, which is counted too.
 */

/**
 * A bin is the upper bits of a probability as a 32-bit float, which rise with it: 1,040,385 bins, each wide one part in 8,192 to
 * 16,384 of the probability, and no logarithm to take.
 */
const droppedBits = 10
const bitsOfOne = 0x3f800000
const binCount = (bitsOfOne >>> droppedBits) + 1

export interface ScoreHistogram {
  add(probability: number, label: 0 | 1): void
  /** Counts of both labels by bin. */
  readonly bins: readonly [Uint32Array, Uint32Array]
}

export interface Area {
  /** `null` where a label is missing. */
  readonly auc: number | null
  /** The exact area lies within `auc` ± this. */
  readonly error: number
}

/** Memory: 8 MB. */
export function createScoreHistogram(): ScoreHistogram {
  const float = new Float32Array(1)
  const bits = new Uint32Array(float.buffer)
  const bins = [new Uint32Array(binCount), new Uint32Array(binCount)] as const
  return {
    bins,
    add: (probability, label) => {
      float[0] = probability
      const bin = (bits[0] ?? 0) >>> droppedBits
      const counts = bins[label]
      counts[bin] = (counts[bin] ?? 0) + 1
    },
  }
}

/** The area of all that several histograms have counted. */
export function areaOf(histograms: readonly ScoreHistogram[]): Area {
  let [negatives, positives, right, tied] = [0, 0, 0, 0]
  for (let bin = 0; bin < binCount; bin++) {
    let [zeros, ones] = [0, 0]
    for (const { bins } of histograms) {
      zeros += bins[0][bin] ?? 0
      ones += bins[1][bin] ?? 0
    }
    right += ones * (negatives + zeros / 2)
    tied += zeros * ones
    negatives += zeros
    positives += ones
  }
  const pairs = negatives * positives
  return pairs === 0 ? { auc: null, error: 0 } : { auc: right / pairs, error: tied / pairs / 2 }
}
