import { expect, it } from 'vitest'
import { normalQuantile } from './normal-quantile.js'

it('has the quantiles of the tables', () => {
  // scipy.stats.norm.ppf
  const known = [[0.5, 0], [0.975, 1.959963984540054], [0.95, 1.6448536269514722], [0.01, -2.3263478740408408], [0.9998, 3.540083799206145], [0.9999999, 5.199337582192816]] as const // prettier-ignore
  for (const [share, quantile] of known) expect(normalQuantile(share)).toBeCloseTo(quantile, 8)
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity])
})
