import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simulate, simulatedConfig } from '../src/simulator/index.js'
import { json, widedeepIn } from './command-line.js'

let home = ''
const at = (...names: string[]): string => join(home, ...names)

/** Writes the simulated store's config into a directory of its own, with some of its texts replaced. */
function writeConfig(name: string, own: string, replaced: Readonly<Record<string, string>> = {}): void {
  mkdirSync(at(name))
  const text = Object.entries(replaced).reduce((config, [from, to]) => {
    expect(config).toContain(from)
    return config.replace(from, to)
  }, own)
  writeFileSync(
    at(name, 'widedeep.config.ts'),
    text.replaceAll(/'(impressions|users|apps|actions).csv'/g, "'../$1.csv'"),
  )
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'widedeep-check-'))
  simulate({ directory: home, users: 1200, apps: 60, days: 9, labelled: true })
  writeConfig('logs', simulatedConfig())
  writeConfig('leak', simulatedConfig(true), {
    'hour: categorical({ values: 24 })': 'hour: categorical({ values: 24 }), install: categorical()',
  })
  writeConfig('late', simulatedConfig().replace(/within: '\w+'/, "within: '5s'"))
})
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

describe('widedeep check', () => {
  it('passes the simulated app store and prints a line for each check', () => {
    const { code, stdout } = widedeepIn(at('logs'), ['check'])
    expect(code).toBe(0)
    const lines = stdout.trim().split('\n')
    expect(lines[0]).toBe('PASS  unread-rows                0 of 67,392 rows (0 %) cannot be read')
    expect(stdout).toMatch(/^PASS {2}position-distribution {6}6 positions/m)
    // A test split of one day has one weekday.
    expect(stdout).toMatch(/^WARN {2}drift .*\n +first: column weekday: /m)
    expect(stdout).toMatch(/^PASS {2}orphan-actions {13}0 of [\d,]+ actions \(0 %\)/m)
    expect(lines.at(-1)).toBe('19 passed, 1 warned, 0 failed, 0 skipped')
  })

  it('fails for a planted leak, names the column and the way out, and exits with 3', () => {
    const { code, stdout } = widedeepIn(at('leak'), ['check', '--only', 'leaking-column'])
    expect(code).toBe(3)
    expect(stdout).toMatch(
      /^FAIL {2}leaking-column {2}1 of \d+ columns predict .*\n {22}first: column install: AUC 1\.0000\n {22}mend: {2}is it known before/,
    )
  })

  it('exits with 3 for a warning with --strict only', () => {
    const only = ['check', '--only', 'late-actions', 'unread-rows']
    const lax = widedeepIn(at('late'), only)
    expect(lax.code).toBe(0)
    expect(lax.stdout).toMatch(/^WARN {2}late-actions/m)
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
