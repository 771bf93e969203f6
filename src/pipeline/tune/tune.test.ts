import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { randomInteger, randomKey, randomUniform } from '../../base/index.js'
import { categorical, cross, numeric } from '../../features/index.js'
import { choice, logRange, range } from '../../space/index.js'
import type { Config } from '../../features/index.js'
import type { SearchSpace } from '../../space/index.js'
import { evaluateBundle } from '../evaluate.js'
import { prepareData } from '../prepare.js'
import { trainBundle } from '../train.js'
import type { JournalRecord } from './journal.js'
import { readJournal } from './journal.js'
import type { TuneEvent } from './run-search.js'
import { openContext, runTrial } from './trial.js'
import { tuneModel } from './tune.js'
import type { TuneOptions, TuneResult } from './tune.js'

const home = mkdtempSync(join(tmpdir(), 'widedeep-tune-'))
const launcher = fileURLToPath(new URL('../../../bin/widedeep.js', import.meta.url))
const configFile = join(home, 'widedeep.config.ts')
const space: SearchSpace = {
  'model.deep.optimizer.learningRate': logRange(1e-4, 1),
  'model.deep.hidden': choice([[4], [16, 8]]),
  'model.deep.dropout': range(0, 0.5),
}
const config: Config = {
  data: { examples: 'rows.csv', label: { column: 'y' }, split: { by: 'random', validation: 0.3, test: 0.1, seed: 1 } },
  features: { user: categorical({ values: 12 }), item: categorical({ values: 10 }), price: numeric() },
  model: { wide: [cross('user', 'item')], deep: { embedding: 4 } },
  training: { batchSize: 64, epochs: 3, patience: 3, threads: 1 },
  tune: { space, metric: 'logLoss', trials: 5, seed: 3 },
}
const tune = (out: string, options: Partial<TuneOptions> = {}, given: Config = config): Promise<TuneResult> =>
  tuneModel({ config: given, path: configFile, directory: home }, { out: join(home, out), ...options })
const journalOf = (out: string): string => readFileSync(join(home, out, 'journal.ndjson'), 'utf8')

/** Users like items of their own parity. */
function rows(): string {
  const key = randomKey(1, 'tune test')
  const lines = Array.from({ length: 600 }, (_, row) => {
    const [user, item] = [randomInteger(key, 3 * row, 12), randomInteger(key, 3 * row + 1, 10)]
    const isLiked = randomUniform(key, 3 * row + 2) < ((user + item) % 2 === 0 ? 0.85 : 0.15)
    return `${String(user)},${String(item)},${String(row % 7)},${String(Number(isLiked))}`
  })
  return `user,item,price,y\n${lines.join('\n')}\n`
}

let found: TuneResult

beforeAll(async () => {
  writeFileSync(join(home, 'rows.csv'), rows())
  writeFileSync(configFile, `export default ${JSON.stringify(config)}`)
  found = await tune('whole')
})

describe('a search', () => {
  it('tries settings inside the space, gives the best more epochs and reports them best first', () => {
    expect(found.trials).toHaveLength(5)
    expect(found.rungs.map(({ epochs, trials }) => [epochs, trials])).toEqual([
      [1, 5],
      [3, expect.any(Number)],
    ])
    const values = found.trials.map(({ value }) => value ?? Infinity)
    expect([...values].sort((a, b) => a - b)).toEqual(values)
    expect(found.best).toMatchObject({ trial: found.trials[0]?.trial, value: values[0] })
    for (const { settings, epochs } of found.trials) {
      expect(Object.keys(settings)).toEqual(Object.keys(space))
      expect(settings['model.deep.dropout']).toBeLessThanOrEqual(0.5)
      expect([1, 3]).toContain(epochs)
    }
    expect(found.trials.filter(({ epochs }) => epochs === 3)).toHaveLength(found.rungs[1]?.trials ?? -1)
    expect(found.rungs[1]?.trials).toBeLessThan(5)
    expect(JSON.parse(readFileSync(join(home, 'whole', 'report.json'), 'utf8'))).toEqual(found)
  })

  it('compares by the validation split, and its command trains the same model to the last digit', async () => {
    const set = { ...found.best.settings, 'training.metric': 'logLoss', 'training.threads': 1 }
    const loaded = { config, path: configFile, directory: home }
    const trained = await trainBundle(loaded, { out: join(home, 'best'), set })
    // This trial had all its epochs, so its run is the same to the end.
    expect(found.trials[0]?.epochs).toBe(3)
    expect(trained.bestEpoch + 1).toBe(found.best.epochs)
    expect(trained.epochs[trained.bestEpoch]?.metrics['logLoss']).toBe(found.best.value)
    expect(trained.metrics['logLoss']).toBeCloseTo(found.best.value, 6)
    const again = await evaluateBundle({ bundle: trained.bundle, loaded, split: 'validation' })
    expect(again.metrics['logLoss']).toBe(trained.metrics['logLoss'])
    expect(found.command).toContain('--set model.deep.optimizer.learningRate=')
    expect(found.command).toContain('training.metric=logLoss training.threads=1')
  })

  it('trains a promoted trial on from its checkpoint', async () => {
    const loaded = { config, path: configFile, directory: home }
    const prepared = await prepareData(loaded, { onProgress: () => undefined })
    const context = openContext(config, prepared.directory, prepared.fingerprint)
    const to = async (epochs: number): Promise<number[]> => {
      const trained: number[] = []
      const job = { trial: 1, directory: join(home, 'alone'), settings: {}, epochs, mostEpochs: 3 }
      const onEpoch = (value: { epochs: number }): void => void trained.push(value.epochs)
      await runTrial(context, { job, signal: new AbortController().signal, onEpoch })
      return trained
    }
    expect(await to(1)).toEqual([1])
    expect(await to(1)).toEqual([])
    expect(await to(3)).toEqual([2, 3])
  })

  it('says the same of the same seed, and other things of another', async () => {
    await tune('again')
    expect(journalOf('again')).toBe(journalOf('whole'))
    await tune('other', { trials: 1 }, { ...config, tune: { ...config.tune, space, seed: 4 } })
    expect(journalOf('other').split('\n')[1]).not.toBe(journalOf('whole').split('\n')[1])
  })

  it('goes on from a journal cut anywhere, a torn line included, with the same lines as never having stopped', async () => {
    const whole = journalOf('whole')
    const lines = whole.split('\n').slice(0, -1)
    for (const kept of [1, 2, 4, Math.floor(lines.length / 2), lines.length - 1]) {
      const out = `cut-${String(kept)}`
      cpSync(join(home, 'whole'), join(home, out), { recursive: true })
      const torn = (lines[kept] ?? '').slice(0, 9)
      writeFileSync(join(home, out, 'journal.ndjson'), `${lines.slice(0, kept).join('\n')}\n${torn}`)
      await tune(out)
      expect(journalOf(out)).toBe(whole)
    }
  })

  it.each([1, 4])('stopped in its epoch %i and started again, ends in the same journal', async (stopAt) => {
    const out = `stopped-${String(stopAt)}`
    const controller = new AbortController()
    let epochs = 0
    const onEvent = (event: TuneEvent): void => {
      if (event.kind === 'epoch' && ++epochs === stopAt) controller.abort()
    }
    await expect(tune(out, { signal: controller.signal, onEvent })).rejects.toMatchObject({ code: 'TUNE_INTERRUPTED' })
    expect(journalOf(out)).not.toBe(journalOf('whole'))
    await tune(out)
    expect(journalOf(out)).toBe(journalOf('whole'))
  })

  it('takes up more trials in a search that was done', async () => {
    cpSync(join(home, 'whole'), join(home, 'more'), { recursive: true })
    const more = await tune('more', { trials: 7 })
    expect(more.trials).toHaveLength(7)
    expect(journalOf('more').startsWith(journalOf('whole'))).toBe(true)
  })

  it('goes on after a trial that cannot be trained, and says when all are so', async () => {
    const rates = { 'model.deep.optimizer': choice([{ name: 'sgd', learningRate: 1e30 }, { name: 'adagrad' }]) }
    const mixed = await tune('mixed', { trials: 2 }, { ...config, tune: { space: rates } })
    expect(mixed.trials.map(({ failure }) => failure?.slice(0, 24) ?? null)).toEqual([null, 'TRAINING_LOSS_NOT_FINITE'])
    expect(mixed.best.settings['model.deep.optimizer']).toEqual({ name: 'adagrad' })
    const bad = { 'model.deep.optimizer': choice([{ name: 'sgd', learningRate: 1e30 }]) }
    await expect(tune('bad', {}, { ...config, tune: { space: bad } })).rejects.toThrow(/all 1 failed.*NOT_FINITE/)
  })

  it('answers what it cannot search', async () => {
    const { tune: _tune, ...none } = config
    await expect(tune('none', {}, none)).rejects.toMatchObject({ code: 'TUNE_SPACE_MISSING' })
    const changed = { ...config, tune: { space: { 'model.deep.dropout': range(0, 0.1) } } }
    await expect(tune('whole', {}, changed)).rejects.toMatchObject({ code: 'TUNE_SEARCH_CHANGED' })
    const unknown = { ...config, tune: { space, metric: 'logloss' } }
    await expect(tune('unknown', {}, unknown)).rejects.toThrow(/did you mean "logLoss"/)
    const slip = { ...config, tune: { space: { 'model.deep.optimizer.learningRat': range(0, 1) } } }
    await expect(tune('slip', {}, slip)).rejects.toThrow(/learningRate/)
    const blind: Config = {
      ...config,
      training: { validationShare: 0 },
      data: { ...config.data, split: { by: 'random' } },
    }
    await expect(tune('blind', {}, blind)).rejects.toMatchObject({ code: 'TUNE_VALIDATION_MISSING' })
    cpSync(join(home, 'whole'), join(home, 'damaged'), { recursive: true })
    appendFileSync(join(home, 'damaged', 'journal.ndjson'), 'no json\n')
    await expect(tune('damaged')).rejects.toMatchObject({ code: 'TUNE_JOURNAL_DAMAGED' })
  })
})

describe('widedeep tune with workers', () => {
  const start = (out: string): ReturnType<typeof spawn> =>
    spawn(
      process.execPath,
      [launcher, 'tune', '--config', configFile, '--out', join(home, out), '--workers', '2', '--json'],
      {
        cwd: home,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, WIDEDEEP_DATA: '' },
      },
    )

  it('killed with -9 while two trials train, goes on where they were and trains no epoch twice', async () => {
    const journal = join(home, 'killed', 'journal.ndjson')
    const first = start('killed')
    const done = once(first, 'exit')
    while (first.exitCode === null && (!existsSync(journal) || readJournal(journal).length < 6))
      await new Promise((resolve) => setTimeout(resolve, 10))
    first.kill('SIGKILL')
    await done
    expect(first.signalCode).toBe('SIGKILL')
    const before = readJournal(journal)
    const second = start('killed')
    const chunks: Buffer[] = []
    second.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    const [code] = (await once(second, 'exit')) as [number]
    expect(code).toBe(0)
    const result = JSON.parse(Buffer.concat(chunks).toString()) as TuneResult
    expect(result.trials.filter(({ failure }) => failure !== null)).toEqual([])
    expect(result.trials).toHaveLength(5)
    const after = readJournal(journal)
    expect(after.slice(0, before.length)).toEqual(before)
    const epochs = after.flatMap((one: JournalRecord) =>
      one.kind === 'epoch' ? [`${String(one.trial)}:${String(one.epochs)}`] : [],
    )
    expect(new Set(epochs).size).toBe(epochs.length)
    expect(Math.max(...result.trials.map(({ epochs: trained }) => trained))).toBe(3)
    // Workers of one thread compute what this process does, killed or not.
    const valueOf = (out: string, trial: number): unknown =>
      readJournal(join(home, out, 'journal.ndjson')).find((one) => one.kind === 'epoch' && one.trial === trial)
    expect(valueOf('killed', 1)).toEqual(valueOf('whole', 1))
    const starts = before.filter(({ kind }) => kind === 'job')
    expect(after.filter((one) => one.kind === 'job' && one.rung === 0)).toHaveLength(5)
    expect(starts.length).toBeGreaterThan(1)
    // Five processes of Node in turn: seconds, but minutes where others keep the machine busy.
  }, 240_000)
})
