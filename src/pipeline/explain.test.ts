import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trainSmallBundle } from '../../test/trained-bundle.js'
import { explainItem } from './explain.js'
import { recommendItems } from './recommend.js'

const home = mkdtempSync(join(tmpdir(), 'widedeep-explain-'))
let bundle = ''
beforeAll(async () => {
  bundle = await trainSmallBundle(home)
})
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

describe('explainItem', () => {
  it('explains the score that recommendItems gives', async () => {
    const request = { bundle, user: 'u3', context: { hour: 20 }, features: { device: 'phone' } }
    const { items } = await recommendItems({ ...request, keepSeen: true, k: 3 })
    for (const { item, score } of items) {
      const found = await explainItem({ ...request, item })
      const sum = found.parts.reduce((total, { contribution }) => total + contribution, found.baseline.logit)
      expect(found.score).toBeCloseTo(score, 6)
      expect(sum).toBeCloseTo(found.logit, 9)
      expect(Math.abs(found.parts.at(-1)?.contribution ?? 1)).toBeLessThan(1e-5)
      expect(found.parts.map(({ value }) => value)).toContain('hour=20')
      expect(found.words.length).toBeGreaterThan(0)
    }
  })

  it('names the nearest item where there is none of a key', async () => {
    const asked = explainItem({ bundle, user: 'u3', item: 'a1x' })
    await expect(asked).rejects.toMatchObject({ code: 'PIPELINE_ITEM_UNKNOWN' })
    await expect(explainItem({ bundle, user: 'nobody', item: 'a1' })).rejects.toMatchObject({
      code: 'PIPELINE_USER_UNKNOWN',
    })
  })
})
