import type { ColumnEncoder } from './column.js'
import { largestFloat, numberOf } from './raw-values.js'

export interface NumberEncoding {
  /** Missing values were seen in training: a second number says so. */
  readonly hasMissing: boolean
  /** What a missing value becomes. */
  readonly fill: number
  transform(x: number): number
}

/** An encoder of one number, with an indicator of missing where training saw missing values. */
export function numberEncoder({ hasMissing, fill, transform }: NumberEncoding): ColumnEncoder {
  return {
    shape: { kind: 'numbers', width: hasMissing ? 2 : 1 },
    writeNumbers(raw, target, at) {
      const x = numberOf(raw)
      // A finite number of the log may be infinite in 32 bits.
      target[at] = Math.min(largestFloat, Math.max(-largestFloat, x === null ? fill : transform(x)))
      if (hasMissing) target[at + 1] = x === null ? 1 : 0
    },
  }
}
