import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { categorical, defineConfig } from '../features/index.js'
import { proposeCrosses } from './crosses/propose.js'
import type { LoadedConfig } from './config-file.js'
import { evaluateBundle } from './evaluate.js'
import { trainBundle } from './train.js'

let home = ''

/** Apps of odd numbers are clicked; the later day names them in another order, so that ids mean others. */
const day = (count: number, shift: number): string =>
  Array.from({ length: count }, (_, row) => {
    const app = ((row * 7 + shift) % 20) + (row % 3 === 0 ? shift : 0)
    return `${String(app % 2)},a${String(app)}`
  }).join('\n')

const loadedFor = (file: string): LoadedConfig => ({
  path: join(home, 'widedeep.config.ts'),
  directory: home,
  config: defineConfig({
    data: { examples: file, label: { column: 'click' }, item: 'app', split: { by: 'random', validation: 0.2 } },
    features: { item: { app: categorical() } },
    model: { wide: false, deep: { embedding: 4, hidden: [8] } },
    training: { batchSize: 32, epochs: 20 },
  }),
})

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'widedeep-other-day-'))
  writeFileSync(join(home, 'one.csv'), `click,app\n${day(400, 0)}\n`)
  writeFileSync(
    join(home, 'two.csv'),
    `click,app\n${day(400, 5)}\n${readFileSync(join(home, 'one.csv'), 'utf8').split('\n').slice(1).join('\n')}`,
  )
})
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

describe('a bundle on data that was prepared with other vocabularies', () => {
  it('scores the rows by its own, not by ids that mean other values now', async () => {
    const { bundle } = await trainBundle(loadedFor('one.csv'), { out: join(home, 'bundle') })
    const { metrics, rows } = await evaluateBundle({ bundle, loaded: loadedFor('two.csv'), split: 'validation' })
    const onFile = await evaluateBundle({ bundle, loaded: loadedFor('two.csv'), files: [join(home, 'one.csv')] })
    expect(rows).toBeGreaterThan(100)
    expect(onFile.metrics['auc']).toBeGreaterThan(0.99)
    expect(metrics['auc']).toBeGreaterThan(0.8)
  })

  it('is refused where crosses are looked for', async () => {
    const bundle = join(home, 'bundle')
    await expect(proposeCrosses(loadedFor('two.csv'), { bundle })).rejects.toMatchObject({
      code: 'PIPELINE_BUNDLE_FOREIGN',
    })
  })
})
