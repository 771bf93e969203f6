/** The registry on the command line: publish, refuse, promote, roll back, look at it, tidy up. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeManifest } from '../src/model/index.js'
import { openRegistry } from '../src/registry/index.js'
import { json, widedeepIn } from './command-line.js'
import type { Ran } from './command-line.js'
import { freshDirectory } from './opaque-bundle.js'
import { trainSmallBundle } from './trained-bundle.js'

let home = ''
let bundle = ''
const widedeep = (...args: string[]): Ran => widedeepIn(home, args)
const published = (): ReturnType<typeof openRegistry> => openRegistry(join(home, '.widedeep', 'registry'))

beforeAll(async () => {
  home = freshDirectory()
  bundle = await trainSmallBundle(home)
})

describe('the registry on the command line', () => {
  it('publishes with lineage and metrics, promotes what is blessed, and rolls back', () => {
    expect(widedeep('models', 'ls').stderr).toContain('REGISTRY_MISSING')
    const report = JSON.parse(readFileSync(join(home, 'model', 'bundle.run', 'report.json'), 'utf8')) as {
      metrics: { auc: number }
      dataFingerprint: string
    }
    const first = json(widedeep('publish', '--bundle', bundle, '--tag', 'source=nightly', '--json'))
    expect(first).toMatchObject({ version: 1, metrics: { auc: report.metrics.auc } })
    widedeep('publish', '--bundle', bundle, '--alias', 'challenger', '--parent', '1', '--code', 'abc123')

    const refused = widedeep('promote', '1', '--reason', 'new', '--json')
    expect([refused.code, json(refused)]).toMatchObject([4, { error: { code: 'REGISTRY_NOT_BLESSED' } }])
    expect(widedeep('promote', '1', '--force').stderr).toContain('--reason')
    const judged = widedeep('gate', '--challenger', 'models:1', '--by', 'eve', '--data', 'impressions.csv')
    expect([judged.code, judged.stdout]).toEqual([
      0,
      expect.stringContaining('kept in the registry: version 1 against no champion'),
    ])
    expect(published().entries().at(-1)).toMatchObject({
      by: 'eve',
      change: { kind: 'verdict', version: 1, champion: null },
    })
    expect(json(widedeep('promote', '1', '--reason', 'the first', '--by', 'ada', '--json'))).toMatchObject({
      version: 1,
      entry: { by: 'ada', reason: 'the first', change: { kind: 'promote', from: null, isForced: false } },
      dryRun: { verdict: 'PASSED' },
    })
    expect(widedeep('promote', 'challenger', '--reason', 'a trial', '--force').stdout).toContain('WITHOUT A BLESSING')

    const rows = json(widedeep('models', 'ls', '--json'))['versions']
    expect(rows).toMatchObject([
      {
        version: 2,
        aliases: ['challenger', 'champion'],
        isForced: true,
        record: { lineage: { parent: 1, code: 'abc123' } },
      },
      { version: 1, verdict: { word: 'RUBBER_STAMPED' }, record: { lineage: { data: report.dataFingerprint } } },
    ])
    expect(widedeep('models', 'ls').stdout).toMatch(/champion \(forced\)/)
    expect(widedeep('rollback', '--reason', 'clicks fell').stdout).toContain('rolled back from 2 to 1')
    expect(widedeep('models', 'ls').stdout).toMatch(/champion \(rubber-stamped\) +RUBBER_STAMPED/)
    expect(widedeep('models', 'log').stdout).toMatch(/promoted 2 over 1 WITHOUT A BLESSING +a trial/)
    expect(widedeep('rollback', '--reason', 'again').code).toBe(2)
  })

  it('is read by commands that take a bundle', () => {
    const { directory } = published().resolve('champion')
    expect(json(widedeep('inspect', '--bundle', 'models:champion', '--json'))).toMatchObject({ bundle: directory })
    expect(
      json(widedeep('recommend', '--bundle', 'models:1', '--user', 'u1', '-k', '2', '--json'))['items'],
    ).toHaveLength(2)
    const tried = widedeep('dry-run', '--bundle', 'models:challenger', '--json')
    expect([tried.code, json(tried)]).toMatchObject([0, { verdict: 'PASSED', requests: 32 }])
    const hung = widedeep('dry-run', '--bundle', 'models:challenger', '--deadline', '1', '--json')
    expect([hung.code, json(hung)]).toMatchObject([4, { verdict: 'HUNG' }])
    expect(widedeep('inspect', '--bundle', 'models:chalenger').stderr).toContain(
      'the registry has 1, 2, challenger, champion',
    )
  })

  it('shows, compares, tags, moves aliases and removes', () => {
    expect(widedeep('models', 'show', 'champion').stdout).toMatch(/RUBBER_STAMPED[\s\S]*no champion[\s\S]*auc/)
    expect(json(widedeep('models', 'diff', '1', '2', '--json'))).toMatchObject({
      versions: [1, 2],
      config: [],
      lineage: [{ name: 'code' }, { name: 'parent', values: [null, 1] }],
    })
    expect(json(widedeep('models', 'tag', '1', 'source', 'note=a=b', '--json'))).toMatchObject({
      tags: { note: 'a=b' },
    })
    expect(widedeep('models', 'rm', '2').stderr).toContain('got challenger')
    expect(widedeep('models', 'alias', 'challenger').stdout).toContain('took challenger away')
    expect(widedeep('models', 'alias', 'champion', '2').code).toBe(2)
    expect(json(widedeep('models', 'rm', '2', '--json'))).toEqual({ removed: [2] })
    expect(json(widedeep('models', 'rm', '--keep', '1', '--json'))).toEqual({ removed: [] })
    expect(widedeep('models', 'frob').stderr).toContain('ls, show, diff, alias, tag, log, rm; got frob')
  })

  it('does not promote what fails its dry run, blessed or forced', async () => {
    const registry = published()
    const file = join(bundle, 'golden.json')
    const golden = JSON.parse(readFileSync(file, 'utf8')) as { score: number }[]
    writeFileSync(file, JSON.stringify(golden.map((one) => ({ ...one, score: one.score + 0.01 }))))
    const { content } = JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8')) as { content: object }
    await writeManifest(bundle, { ...content })
    const { version } = json(widedeep('publish', '--bundle', bundle, '--json')) as { version: number }
    registry.recordVerdict(version, { verdict: 'BLESSED', reasons: [] }, { champion: 1 })
    const failed = widedeep('promote', String(version), '--reason', 'new', '--force', '--json')
    expect([failed.code, json(failed)]).toMatchObject([4, { error: { code: 'PIPELINE_DRY_RUN_FAILED' } }])
    expect(registry.resolve('champion').version).toBe(1)
  })
})
