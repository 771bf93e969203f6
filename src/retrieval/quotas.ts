/** Whole numbers of places from shares: the largest remainders get what rounding leaves (Hamilton's method). */

/** Places for each share, `places` in all where any share is above 0; ties go to the first. */
export function quotas(shares: readonly number[], places: number): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0)
  if (total <= 0) return shares.map(() => 0)
  const exact = shares.map((share) => (share / total) * places)
  const whole = exact.map(Math.floor)
  let left = places - whole.reduce((sum, count) => sum + count, 0)
  const byRemainder = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .filter(({ index }) => (shares[index] ?? 0) > 0)
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index)
  for (const { index } of byRemainder) {
    if (left-- <= 0) break
    whole[index] = (whole[index] ?? 0) + 1
  }
  return whole
}
