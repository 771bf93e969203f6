import type { ColumnEncoder } from './column.js'
import { numberOf } from './raw-values.js'

export interface NumberEncoding {
  /** Missing values were seen in training: a second number says so. */
  readonly hasMissing: boolean
  /** What a missing value becomes. */
  readonly fill: number
  transform(x: number): number
}

/** The greatest 32-bit float. */
const largest = 3.4028234663852886e38

/** An encoder of one number, with an indicator of missing where training saw missing values. */
export function numberEncoder({ hasMissing, fill, transform }: NumberEncoding): ColumnEncoder {
  return {
    shape: { kind: 'numbers', width: hasMissing ? 2 : 1 },
    writeNumbers(raw, target, at) {
      const x = numberOf(raw)
      // A finite number of the log may be infinite in 32 bits.
      target[at] = Math.min(largest, Math.max(-largest, x === null ? fill : transform(x)))
      if (hasMissing) target[at + 1] = x === null ? 1 : 0
    },
  }
}
