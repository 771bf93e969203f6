/** What is written: files of the same bytes for the same seed, whole, and of what was drawn. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { simulate } from './simulate.js'
import type { SimulateOptions } from './simulate.js'

const made: string[] = []
function logsOf(options: Omit<SimulateOptions, 'directory'>): string {
  const directory = mkdtempSync(join(tmpdir(), 'widedeep-simulator-'))
  made.push(directory)
  simulate({ users: 200, apps: 50, days: 4, directory, ...options })
  return directory
}
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

const contents = (directory: string): Record<string, string> =>
  Object.fromEntries(readdirSync(directory).map((file) => [file, readFileSync(join(directory, file), 'utf8')]))

/** Rows of a file by the names of its header. */
function rowsOf(directory: string, file: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(join(directory, file), 'utf8').trimEnd().split('\n')
  const names = header.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    expect(cells.length).toBe(names.length)
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']))
  })
}

describe('simulated logs', () => {
  it('are the same bytes for the same seed, and others for another', () => {
    const [a, b, other] = [{}, {}, { seed: 2 }].map((options) => contents(logsOf({ truth: true, ...options })))
    expect(b).toEqual(a)
    expect(Object.keys(a ?? {}).sort()).toEqual([
      'actions.csv',
      'apps.csv',
      'impressions.csv',
      'truth.csv',
      'truth.json',
      'users.csv',
      'widedeep.config.ts',
    ])
    for (const file of ['actions.csv', 'apps.csv', 'impressions.csv', 'truth.csv', 'truth.json', 'users.csv'])
      expect(other?.[file]).not.toBe(a?.[file])
  })

  it('of more days begin with those of fewer: every row of every file stays where it was', () => {
    const [short, long] = [contents(logsOf({ truth: true })), contents(logsOf({ truth: true, days: 6 }))]
    for (const file of ['actions.csv', 'impressions.csv', 'truth.csv', 'users.csv', 'apps.csv'])
      expect(long[file]?.startsWith(short[file] ?? '-')).toBe(true)
    expect(long['impressions.csv']?.length).toBeGreaterThan(1.4 * (short['impressions.csv']?.length ?? 0))
  })

  it('have an action for every install and no other, an app on the device of everybody, keys that the tables know', () => {
    const directory = logsOf({ labelled: true, truth: true })
    const impressions = rowsOf(directory, 'impressions.csv')
    const actions = rowsOf(directory, 'actions.csv')
    const key = ({ request, app }: Record<string, string>): string => `${String(request)} ${String(app)}`
    const installs = actions.filter(({ event }) => event === 'install').map(key)
    expect(impressions.filter(({ install }) => install === '1').map(key)).toEqual(installs)
    expect(rowsOf(directory, 'truth.csv').map(({ install }) => install)).toEqual(
      impressions.map(({ install }) => install),
    )
    const users = new Map(rowsOf(directory, 'users.csv').map((row) => [row['user'], row]))
    const apps = new Set(rowsOf(directory, 'apps.csv').map(({ app }) => app))
    for (const { user, app, timestamp } of impressions) {
      expect(Number(users.get(user)?.['joined'])).toBeLessThan(Number(timestamp))
      expect(apps.has(app)).toBe(true)
    }
    const owned = actions.filter(({ event }) => event === 'own')
    for (const [user, { initial = '' } = {}] of users)
      expect(owned.filter((row) => row['user'] === user).map(({ app }) => app)).toEqual(initial.split('|'))
    expect(new Set(actions.map(({ event }) => event))).toEqual(new Set(['own', 'open', 'install']))
  })

  it('carry no label unless asked, and a config of either kind', () => {
    const [plain, labelled] = [contents(logsOf({})), contents(logsOf({ labelled: true }))]
    expect(plain['impressions.csv']?.split('\n')[0]).toBe('request,user,app,timestamp,position,hour,weekday,device')
    expect(plain['truth.csv']).toBeUndefined()
    expect(plain['widedeep.config.ts']).toContain("label: { action: 'install', within: '6h' }")
    expect(labelled['widedeep.config.ts']).toContain("label: { column: 'install' }")
  })

  it('leave a config alone that is there, and give the truth that they write', () => {
    const directory = logsOf({})
    writeFileSync(join(directory, 'widedeep.config.ts'), '// mine')
    const { seconds, config, directory: _, ...truth } = simulate({ users: 200, apps: 50, days: 4, directory })
    expect(readFileSync(config, 'utf8')).toBe('// mine')
    expect(JSON.parse(readFileSync(join(directory, 'truth.json'), 'utf8'))).toEqual(truth)
    expect(seconds).toBeGreaterThan(0)
    expect(truth.all.impressions).toBe(6 * truth.requests)
  })

  it('of five times the impressions take no more memory', () => {
    // In a process of its own: what other tests have left is not in its memory.
    const memoryOf = (impressions: number): number => {
      const options = { directory: logsOf({}), users: 100, apps: 30, impressions }
      const program = `
        const { simulate } = await import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)})
        let most = 0
        const onProgress = () => {
          gc()
          const { heapUsed, arrayBuffers } = process.memoryUsage()
          most = Math.max(most, heapUsed + arrayBuffers)
        }
        simulate({ ...${JSON.stringify(options)}, onProgress })
        console.log(most)`
      const args = ['--expose-gc', '--input-type=module', '--eval', program]
      return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))
    }
    const [small, large] = [memoryOf(70_000), memoryOf(350_000)]
    expect(large - small).toBeLessThan(10_000_000)
  })
})
