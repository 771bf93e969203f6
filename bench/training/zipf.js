/** Draws of a Zipf law: rank r of n, from 0, with probability in proportion to (r + 1)^−exponent. */
import { randomUniform } from '../../dist/base/index.js'

/** Ranks as a pure function of key and counter. Frequent values have small ids, as in a vocabulary that is sorted by count. */
export function zipfSampler(count, exponent) {
  const cumulative = new Float64Array(count)
  let sum = 0
  for (let rank = 0; rank < count; rank++) cumulative[rank] = sum += (rank + 1) ** -exponent
  return (key, counter) => {
    const drawn = randomUniform(key, counter) * sum
    let [low, high] = [0, count - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (cumulative[middle] > drawn) high = middle
      else low = middle + 1
    }
    return low
  }
}
