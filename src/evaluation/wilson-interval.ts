/** The 97.5 % quantile of the standard normal distribution: 95 % lie between it and its negative. */
const normalQuantile = 1.959964

/**
 * The 95 % interval of a share (Wilson 1927): where the true share may lie when `share` of `count` rows are positive. Unlike
 * the textbook interval it stays inside [0, 1] and has a width at shares of 0 and 1.
 */
export function wilsonInterval(share: number, count: number): { readonly low: number; readonly high: number } {
  const z2 = normalQuantile ** 2
  const middle = (share + z2 / (2 * count)) / (1 + z2 / count)
  const half = (normalQuantile / (1 + z2 / count)) * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count ** 2))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
