import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomKey, randomUniform } from '../../base/index.js'
import { categorical, defineConfig } from '../../features/index.js'
import { openRegistry } from '../../registry/index.js'
import type { LoadedConfig } from '../config-file.js'
import { retrain } from './retrain.js'
import type { RetrainResult } from './retrain.js'

let home = ''
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'widedeep-retrain-'))
  mkdirSync(join(home, 'logs'))
})
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

const loaded = (): LoadedConfig => ({
  path: join(home, 'widedeep.config.ts'),
  directory: home,
  config: defineConfig({
    data: {
      examples: 'logs/*.csv',
      label: { column: 'click' },
      user: 'user',
      item: 'app',
      time: 'time',
      split: { by: 'time', validation: '1d', test: '1d' },
    },
    features: { user: { user: categorical() }, item: { app: categorical() } },
    model: { deep: { embedding: 4, hidden: [8], optimizer: { name: 'adagrad', learningRate: 0.1 } } },
    training: { batchSize: 64, epochs: 20 },
  }),
})

const rowsOfDay = 1500

/** A day of a store where some apps are liked; `isPoisoned`: the labels of that day are the other way round. */
function dayText(day: number, isPoisoned = false): string {
  const lines = Array.from({ length: rowsOfDay }, (_, row) => {
    const draw = (what: string): number => randomUniform(randomKey(day, what), row)
    const [user, app] = [Math.floor(draw('user') * 200), Math.floor(draw('app') * 30)]
    const isLiked = draw('like') < (app % 3 === 0 ? 0.8 : 0.1)
    const moment = 1_700_000_000 + day * 86_400 + row * 50
    return `${String(Number(isLiked !== isPoisoned))},u${String(user)},a${String(app)},${String(moment)}`
  })
  return `click,user,app,time\n${lines.join('\n')}\n`
}

const writeDay = (day: number, text = dayText(day)): void => {
  writeFileSync(join(home, 'logs', `day-${String(day)}.csv`), text)
}
const registryDirectory = (): string => join(home, 'registry')
const job = (): Promise<RetrainResult> => retrain(loaded(), { registry: registryDirectory(), by: 'test' })
const champion = (): number | undefined => openRegistry(registryDirectory()).state().aliases['champion']?.version

describe('the daily job', () => {
  it('makes the first model the champion, says so in its reports, and is not done twice', async () => {
    for (let day = 0; day < 4; day++) writeDay(day)
    const first = await job()
    expect(first.end).toMatchObject({ outcome: 'PROMOTED' })
    expect(champion()).toBe(1)
    for (const file of ['report.json', 'report.txt', 'report.html'])
      expect(existsSync(join(first.directory, file))).toBe(true)
    expect(readFileSync(join(first.directory, 'report.txt'), 'utf8')).toMatch(
      /RUBBER_STAMPED.*\n.*version 1 is the champion/,
    )
    const again = await job()
    expect(again).toMatchObject({ id: first.id, isUnchanged: true })
    expect(openRegistry(registryDirectory()).state().lastVersion).toBe(1)
  })

  it('leaves out a file that cannot be read, keeps the champion, and takes the file when it is mended', async () => {
    writeDay(4, 'PAR1\n\u0000\u0001')
    const broken = await job()
    expect(broken.end).toMatchObject({ outcome: 'DATA_REJECTED', step: 'check' })
    expect(broken.quarantine).toMatchObject([{ path: 'logs/day-4.csv' }])
    expect(champion()).toBe(1)
    expect(await job()).toMatchObject({ isUnchanged: true, end: { outcome: 'PROMOTED' } })
    writeDay(4)
    const mended = await job()
    expect(mended.quarantine).toEqual([])
    expect(['PROMOTED', 'NOT_BLESSED']).toContain(mended.end.outcome)
  })

  it('leaves out a day whose labels contradict the champion, and goes on with the next', async () => {
    const before = champion()
    writeDay(5, dayText(5, true))
    const poisoned = await job()
    expect(poisoned.end).toMatchObject({ outcome: 'DATA_REJECTED', step: 'probe' })
    expect(poisoned.end.reasons.join()).toContain('area under the curve fell')
    expect(champion()).toBe(before)
    writeDay(6)
    const next = await job()
    expect(next.quarantine).toMatchObject([{ path: 'logs/day-5.csv' }])
    expect(next.job.steps.map(({ name }) => name)).toContain('gate')
  })

  it('runs once at a time, and goes on behind a process that was killed', async () => {
    const lock = join(home, '.widedeep', 'retrain', 'lock')
    writeFileSync(lock, JSON.stringify({ pid: process.ppid, host: hostname(), since: 'now' }))
    await expect(job()).rejects.toMatchObject({ code: 'PIPELINE_RETRAIN_LOCKED' })
    writeFileSync(lock, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), since: 'long ago' }))
    expect(await job()).toMatchObject({ isUnchanged: true })
    expect(existsSync(lock)).toBe(false)
  })

  it('runs once at a time within one process too', async () => {
    const [first, second] = await Promise.allSettled([job(), job()])
    expect(first).toMatchObject({ status: 'fulfilled', value: { isUnchanged: true } })
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'PIPELINE_RETRAIN_LOCKED' } })
  })
})
