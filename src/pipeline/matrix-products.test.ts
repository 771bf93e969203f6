import { describe, expect, it } from 'vitest'
import { openProductPeak } from './matrix-products.js'

const products = { batchSize: 64, layer: [32, 16], threads: 1, precision: 'float32' } as const

describe('the peak of matrix products', () => {
  it('is the operations of the product that can be called most often', async () => {
    // Every look at the clock is a millisecond later, and the time is over after one call: it began at 0, ended at 1 and is taken at 2.
    let time = 0
    const peak = await openProductPeak(products, () => time++)
    const operations = 2 * 64 * 32 * 16
    expect(await peak.measure(1)).toBeCloseTo((1000 * operations) / 2, 3)
    await peak.close()
  })

  it('is measured by the clock', async () => {
    const peak = await openProductPeak(products, () => performance.now())
    const start = performance.now()
    expect(await peak.measure(60)).toBeGreaterThan(1e6)
    expect(performance.now() - start).toBeGreaterThan(50)
    await peak.close()
  })
})
