import { expect, it } from 'vitest'
import { randomStoreRow, withRandomBundle } from '../../test/explained-bundle.js'

it('scores calls that overlap as it scores them one by one, also after one that failed', async () => {
  await withRandomBundle({}, async ({ encoder, score }) => {
    const requests = [1, 2, 3, 4].map((seed) => encoder.encode([randomStoreRow(seed), randomStoreRow(-seed)]))
    const alone: Float32Array[] = []
    for (const request of requests) alone.push(await score(request))
    const broken = score({ rowCount: 1, ids: {}, numbers: {} }).catch(() => 'failed')
    expect(await Promise.all(requests.map(score))).toEqual(alone)
    expect(await broken).toBe('failed')
  })
})
