import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPrepared } from '../src/data/index.js'
import { simulate, simulatedConfig } from '../src/simulator/index.js'
import { json, launcher, widedeepIn } from './command-line.js'

const dayCount = 7
/** Lines of a day's logs, without the header. */
const days = new Map<string, { header: string; days: string[][] }>()
let home = ''

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'widedeep-e2e-days-'))
  const start = 1_767_225_600
  simulate({ directory: home, users: 200, apps: 60, days: dayCount })
  for (const [log, moment] of [
    ['impressions', 'timestamp'],
    ['actions', 'received'],
  ] as const) {
    const [header = '', ...lines] = readFileSync(join(home, `${log}.csv`), 'utf8')
      .trim()
      .split('\n')
    const at = header.split(',').indexOf(moment)
    const cut = Array.from({ length: dayCount }, (): string[] => [])
    for (const line of lines) {
      const day = Math.floor((Number(line.split(',')[at]) - start) / 86_400)
      cut[Math.max(0, Math.min(dayCount - 1, day))]?.push(line)
    }
    days.set(log, { header, days: cut })
    mkdirSync(join(home, log))
  }
  const config = simulatedConfig().replace(/'(impressions|actions).csv'/g, "'$1/*.csv'")
  writeFileSync(join(home, 'widedeep.config.ts'), config.replace('epochs: 8', 'epochs: 1'))
})
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

/** Writes the logs of a day; returns how many rows they have. */
function writeDay(day: number): number {
  let count = 0
  for (const [log, { header, days: cut }] of days) {
    const lines = cut[day] ?? []
    count += lines.length
    writeFileSync(join(home, log, `day-${String(day)}.csv`), `${[header, ...lines].join('\n')}\n`)
  }
  return count
}

const prepare = (...options: string[]): Record<string, unknown> =>
  json(widedeepIn(home, ['prepare', '--json', ...options]))

/** Label by user, item and moment, for each split. */
async function labelsIn(directory: string): Promise<Map<string, string>> {
  const data = openPrepared(directory)
  const labels = new Map<string, string>()
  for (const split of ['train', 'validation', 'test']) {
    const { user, item, time, label } = await data.split(split).keys()
    for (const [row, moment] of time.entries())
      labels.set([user?.[row], item?.[row], moment].join(' '), `${split} ${String(label[row])}`)
  }
  data.close()
  return labels
}

describe('logs that grow by a day', () => {
  it('are prepared by reading that day, and what is there already is not prepared again', async () => {
    for (let day = 0; day < dayCount - 2; day++) writeDay(day)
    const first = prepare()
    expect(first).toMatchObject({ isUnchanged: false })
    expect(widedeepIn(home, ['prepare']).stdout).toContain('nothing changed since the last time, nothing was done')
    const rows = writeDay(dayCount - 2)
    const finalRows = (first['rows'] as { train: number }).train
    expect(prepare()).toMatchObject({ extension: { files: 2, rows, finalRows } })
    const again = writeDay(dayCount - 1)
    const { stdout } = widedeepIn(home, ['prepare'])
    expect(stdout).toMatch(
      new RegExp(`read 2 new files, ${again.toLocaleString('en-US')} rows; [\\d,]+ rows of earlier days are kept`),
    )
    const whole = join(home, 'whole')
    prepare('--out', whole)
    const labels = await labelsIn(join(home, '.widedeep', 'prepared'))
    expect(labels).toEqual(await labelsIn(whole))
    expect([...labels.values()].filter((one) => one.endsWith('1')).length).toBeGreaterThan(100)
    // What was extended trains, and has rows of every part.
    const trained = json(widedeepIn(home, ['train', '--json', '--out', join(home, 'model')]))
    expect(trained['bundle']).toBeDefined()
  })

  it('keep what was prepared when the process is killed, and are prepared by the next one', async () => {
    rmSync(join(home, '.widedeep'), { recursive: true, force: true })
    for (const log of ['impressions', 'actions'])
      rmSync(join(home, log, `day-${String(dayCount - 1)}.csv`), { force: true })
    for (let day = 0; day < dayCount - 1; day++) writeDay(day)
    const before = prepare()
    const rows = writeDay(dayCount - 1)
    const child = spawn(process.execPath, [launcher, 'prepare'], {
      cwd: home,
      env: { ...process.env, WIDEDEEP_DATA: '' },
    })
    const folder = join(home, '.widedeep')
    const isHalfDone = (): boolean =>
      readdirSync(folder).some(
        (name) => existsSync(join(folder, name, 'kept', 'values_0.parquet')) && name !== 'prepared',
      )
    const watch = setInterval(() => {
      if (isHalfDone()) child.kill('SIGKILL')
    }, 5)
    await new Promise((resolve) => child.on('close', resolve))
    clearInterval(watch)
    expect(child.signalCode).toBe('SIGKILL')
    const directory = join(home, '.widedeep', 'prepared')
    expect(JSON.parse(readFileSync(join(directory, 'prepared.json'), 'utf8'))).toMatchObject({
      fingerprint: before['fingerprint'],
    })
    expect((await labelsIn(directory)).size).toBeGreaterThan(0)
    expect(prepare()).toMatchObject({ extension: { files: 2, rows } })
    expect(readdirSync(directory)).toContain('encoded-train-1.parquet')
  })
})
