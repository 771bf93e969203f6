/** The quantile function of the standard normal distribution. */

/** The `x` with `P(X ≤ x) = share`, by bisection of the distribution function; infinite at 0 and 1. */
export function normalQuantile(share: number): number {
  if (share <= 0 || share >= 1) return share <= 0 ? -Infinity : Infinity
  if (share > 0.5) return -normalQuantile(1 - share)
  let [low, high] = [-40, 0]
  for (let step = 0; step < 64; step++) {
    const middle = (low + high) / 2
    if (lowerTail(-middle) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** `P(X ≤ −x)` for `x ≥ 0`: the series about 0 below 3, the continued fraction of Mills' ratio above. */
function lowerTail(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
  if (x < 3) {
    let term = x
    let sum = x
    for (let n = 3; n < 100; n += 2) sum += term *= (x * x) / n
    return 0.5 - density * sum
  }
  let fraction = x
  for (let n = 80; n > 0; n--) fraction = x + n / fraction
  return density / fraction
}
