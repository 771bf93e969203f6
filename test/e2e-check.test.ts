import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simulatedConfig, writeSimulatedLogs } from '../src/simulator/index.js'
import { json, widedeepIn } from './command-line.js'

let home = ''
const at = (...names: string[]): string => join(home, ...names)

/** Writes the simulated store's config into a directory of its own, with some of its texts replaced. */
function writeConfig(name: string, replaced: Readonly<Record<string, string>>): void {
  mkdirSync(at(name))
  const text = Object.entries(replaced).reduce((config, [from, to]) => {
    expect(config).toContain(from)
    return config.replace(from, to)
  }, simulatedConfig)
  writeFileSync(
    at(name, 'widedeep.config.ts'),
    text.replaceAll(/'(impressions|users|apps|actions).csv'/g, "'../$1.csv'"),
  )
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'widedeep-check-'))
  writeSimulatedLogs({ directory: home, users: 500, apps: 60, impressions: 40_000 })
  const logs = {
    "examples: 'impressions.csv',":
      "impressions: 'impressions.csv',\n    actions: { from: 'actions.csv', kind: 'event' },",
    "label: { column: 'install' },": "label: { action: 'install' },",
  }
  writeConfig('logs', logs)
  writeConfig('leak', {
    'hour: categorical({ values: 24 })': 'hour: categorical({ values: 24 }), install: categorical()',
  })
  writeConfig('late', { ...logs, "label: { column: 'install' },": "label: { action: 'install', within: '5s' }," })
})
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

describe('widedeep check', () => {
  it('passes the simulated app store and prints a line for each check', () => {
    const { code, stdout } = widedeepIn(at('logs'), ['check', '--strict'])
    expect(code).toBe(0)
    const lines = stdout.trim().split('\n')
    expect(lines[0]).toBe('PASS  unread-rows                0 of 32,800 rows (0 %) cannot be read')
    expect(lines).toContain('SKIP  position-distribution      no feature is called position')
    expect(stdout).toMatch(/^PASS {2}orphan-actions {13}0 of [\d,]+ actions \(0 %\)/m)
    expect(lines.at(-1)).toBe('19 passed, 0 warned, 0 failed, 1 skipped')
  })

  it('fails for a planted leak, names the column and the way out, and exits with 3', () => {
    const { code, stdout } = widedeepIn(at('leak'), ['check', '--only', 'leaking-column'])
    expect(code).toBe(3)
    expect(stdout).toMatch(
      /^FAIL {2}leaking-column {2}1 of 9 columns predict .*\n {22}first: column install: AUC 1\.0000\n {22}mend: {2}is it known before/,
    )
  })

  it('exits with 3 for a warning with --strict only', () => {
    const only = ['check', '--only', 'late-actions', 'tiny-data']
    const lax = widedeepIn(at('late'), only)
    expect(lax.code).toBe(0)
    expect(lax.stdout).toMatch(/^WARN {2}late-actions/)
    expect(lax.stdout).toContain('1 passed, 1 warned, 0 failed, 0 skipped')
    expect(widedeepIn(at('late'), [...only, '--strict']).code).toBe(3)
  })

  it('prints one object with --json, and leaves nothing behind', () => {
    const report = json(widedeepIn(at('logs'), ['check', '--json', '--only', 'class-imbalance']))
    expect(report).toMatchObject({
      checks: [{ name: 'class-imbalance', verdict: 'PASS', offenders: [], hint: null }],
      verdicts: { PASS: 1, WARN: 0, FAIL: 0, SKIP: 0 },
      rows: { train: expect.any(Number), validation: expect.any(Number), test: expect.any(Number) },
    })
    expect(readdirSync(at('logs'))).toEqual(['widedeep.config.ts'])
  })

  it('suggests the name that was meant', () => {
    const { code, stderr } = widedeepIn(at('logs'), ['check', '--only', 'leaking-colum'])
    expect(code).toBe(2)
    expect(stderr).toContain('DATA_CHECK_UNKNOWN')
    expect(stderr).toContain('did you mean "leaking-column"?')
  })
})
