import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { simulate, simulatedConfig } from '../src/simulator/index.js'
import { json, launcher, widedeepIn } from './command-line.js'
import type { Ran } from './command-line.js'

let home = ''
let config = ''

/** Runs the real command line in a directory of its own. */
const widedeep = (args: readonly string[], cwd = home): Ran => widedeepIn(cwd, args)

/** Every file below a directory with its content. */
function contents(directory: string, prefix = ''): Record<string, string> {
  const entries: Record<string, string> = {}
  for (const name of readdirSync(join(directory, prefix))) {
    const path = join(prefix, name)
    if (statSync(join(directory, path)).isDirectory()) Object.assign(entries, contents(directory, path))
    else entries[path] = readFileSync(join(directory, path)).toString('base64')
  }
  return entries
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'widedeep-e2e-'))
  const sizes = { users: 300, apps: 60, days: 7, impressions: 12_000 }
  simulate({ directory: home, ...sizes, labelled: true, baseLogit: -2.6 })
  config = join(home, 'widedeep.config.ts')
  // Dropout and batch normalisation on, and checkpoints every few steps: what resuming has to get right.
  writeFileSync(
    config,
    simulatedConfig(true)
      .replace("validation: '1d', test: '1d'", 'validation: 0.1, test: 0.1')
      .replace(
        "deep: { embedding: 16, hidden: [128, 64], dropout: 0.2, optimizer: { name: 'adagrad', learningRate: 0.05 } }",
        'deep: { embedding: 8, hidden: [32, 16], dropout: 0.3, normalization: "batch" }',
      )
      .replace(
        'training: { batchSize: 1024, epochs: 8, averaging: 0.5 }',
        "training: { batchSize: 64, epochs: 3, patience: 3, threads: 2, checkpointEvery: '20 steps' }",
      ),
  )
})

describe('the main job on the command line', () => {
  it('prepares, trains, evaluates, recommends and inspects; --json prints one object, all else goes to standard error', () => {
    const prepared = json(widedeep(['prepare', '--json']))
    expect(prepared).toMatchObject({ isUnchanged: false, rows: { train: 9600 } })
    expect(json(widedeep(['prepare', '--json']))).toMatchObject({ isUnchanged: true })
    const trained = json(widedeep(['train', '--out', 'model', '--json']))
    const { auc } = trained['metrics'] as { auc: number }
    expect(auc).toBeGreaterThan(0.6)
    const evaluated = json(widedeep(['evaluate', '--bundle', 'model', '--split', 'validation', '--json']))
    expect((evaluated['metrics'] as { auc: number }).auc).toBe(auc)
    const recommended = json(widedeep(['recommend', '--bundle', 'model', '--user', 'u1', '-k', '5', '--json']))
    const items = recommended['items'] as { score: number; title: string }[]
    expect(items).toHaveLength(5)
    expect(items.every(({ title }) => title.length > 0)).toBe(true)
    expect([...items].sort((a, b) => b.score - a.score)).toEqual(items)
    expect(json(widedeep(['inspect', '--bundle', 'model', '--json']))).toMatchObject({ head: 'binary' })
  })

  it('scores labelled files with the columns of the config, and prints the same for the same rows', () => {
    const lines = readFileSync(join(home, 'impressions.csv'), 'utf8').trim().split('\n')
    writeFileSync(join(home, 'held-out.csv'), `${[lines[0], ...lines.slice(-1200)].join('\n')}\n`)
    const onFile = json(widedeep(['evaluate', '--bundle', 'model', '--data', 'held-out.csv', '--json']))
    const onSplit = json(widedeep(['evaluate', '--bundle', 'model', '--split', 'test', '--json']))
    expect(onFile['rows']).toBe(1200)
    expect((onFile['metrics'] as { auc: number }).auc).toBeCloseTo((onSplit['metrics'] as { auc: number }).auc, 9)
  })

  it('killed with -9 in mid-epoch and resumed, it writes the same bundle byte for byte as never having stopped', async () => {
    const never = contents(join(home, 'model'))
    let kills = 0
    const train = (args: readonly string[]) =>
      spawn(process.execPath, [launcher, 'train', '--json', ...args], {
        cwd: home,
        env: { ...process.env, WIDEDEEP_DATA: '' },
      })
    const killAfterCheckpoint = async (args: readonly string[], seen: ReadonlySet<string>): Promise<void> => {
      const child = train(args)
      const done = new Promise((resolve) => child.once('exit', resolve))
      const pointer = join(home, 'killed.run', 'checkpoints', 'latest')
      while (child.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        const latest = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : ''
        // A checkpoint whose step is no multiple of the epoch's 150 steps lies inside an epoch.
        if (latest !== '' && !seen.has(latest) && Number(latest.slice(-10)) % 150 !== 0) {
          child.kill('SIGKILL')
          kills++
          break
        }
      }
      await done
    }
    await killAfterCheckpoint(['--out', 'killed'], new Set())
    const first = readFileSync(join(home, 'killed.run', 'checkpoints', 'latest'), 'utf8').trim()
    await killAfterCheckpoint(['--resume', 'killed.run'], new Set([first]))
    expect(kills).toBe(2)
    expect(existsSync(join(home, 'killed'))).toBe(false)
    const resumed = widedeep(['train', '--resume', 'killed.run', '--json'])
    expect(resumed.code).toBe(0)
    expect(contents(join(home, 'killed'))).toEqual(never)
  })

  it('writes other bytes for another seed', () => {
    widedeep(['train', '--out', 'other', '--seed', '2', '--epochs', '1', '--json'])
    expect(contents(join(home, 'other'))['model.onnx']).not.toBe(contents(join(home, 'model'))['model.onnx'])
  })
})

describe('compare', () => {
  it('prints one object, tables or progress where each belongs, and finds what was trained before', () => {
    const args = ['compare', '--seeds', '1', '--parts', 'wide,deep', '--out', 'compared']
    const ran = widedeep([...args, '--json'])
    expect(ran.stderr).toMatch(/1\/2 {2}wide, seed 1: best epoch \d of 3/)
    const { models, differences } = json(ran) as { models: { name: string }[]; differences: object[] }
    expect(models.map(({ name }) => name)).toEqual(['wide', 'deep'])
    expect(differences).toMatchObject([{ model: 'deep', reference: 'wide' }])
    const again = widedeep(args)
    expect(again.stderr).toContain('2/2  deep, seed 1: found, trained before')
    expect(again.stdout).toMatch(/deep against wide .* (better|worse|noise)\n/)
    expect(again.stdout).toContain('one seed: intervals know nothing of the luck of training')
    expect(widedeep(['compare', '--crosses', '0,some'])).toMatchObject({ code: 2 })
  })
})

describe('bad input', () => {
  it('names the damaged file of a bundle', () => {
    const file = 'tables/embedding%2Fapp.f32'
    cpSync(join(home, 'model'), join(home, 'broken'), { recursive: true })
    truncateSync(join(home, 'broken', file), 10)
    const ran = widedeep(['recommend', '--bundle', 'broken', '--user', 'u1'])
    expect(ran.code).toBe(3)
    expect(ran.stderr).toContain('BUNDLE_DAMAGED')
    expect(ran.stderr).toContain(file)
  })

  it('exits with 2 for what the user can mend in the call or the config, and says how', () => {
    expect(widedeep(['recommend', '--bundle', 'nowhere', '--user', 'u1'])).toMatchObject({ code: 2 })
    expect(widedeep(['trian'])).toMatchObject({ code: 2 })
    const unknownUser = widedeep(['recommend', '--bundle', 'model', '--user', 'nobody'])
    expect(unknownUser).toMatchObject({ code: 2 })
    expect(unknownUser.stderr).toContain('--features')
    const missing = widedeep(['train', '--config', 'other.config.ts', '--json'])
    expect(missing.code).toBe(2)
    expect(json(missing)).toMatchObject({ error: { code: 'PIPELINE_CONFIG_MISSING' } })
  })

  it('ranks for a user never seen from given features, with unknown tokens as out-of-vocabulary', () => {
    const ran = widedeep([
      'recommend',
      '--bundle',
      'model',
      '--user',
      'nobody',
      '--features',
      '{"country": "xx", "age": 30, "installed": ["a1", "never"]}',
      '--json',
    ])
    expect(ran.code).toBe(0)
    expect(json(ran)['items']).toHaveLength(10)
  })
})
