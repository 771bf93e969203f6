/** Runs the data checks on the raw logs or examples of a config: nothing is learned, nothing is kept. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suggestion } from '../base/index.js'
import type { Config } from '../features/index.js'
import { openDatabase } from '../sql/index.js'
import { noBadRows } from './bad-rows.js'
import type { CheckFinding, CheckVerdict, DataCheck } from './checks/check.js'
import { createContext } from './checks/context.js'
import { dataChecks } from './checks/index.js'
import { declaredInput } from './declared-input.js'
import { checkUnknown } from './errors.js'
import { makeExamples } from './labelled-table.js'

export interface CheckOptions {
  readonly config: Config
  readonly configDirectory: string
  /** Names of checks. Default: all. */
  readonly only?: readonly string[] | undefined
  /** Seconds since 1970, for what lies in the future. */
  readonly now: number
  onProgress?(text: string): void
}

export interface CheckResult extends CheckFinding {
  readonly name: string
  /** What it looks at. */
  readonly asks: string
}

export interface CheckReport {
  readonly checks: readonly CheckResult[]
  /** How many checks came to each verdict. */
  readonly verdicts: Readonly<Record<CheckVerdict, number>>
  /** Rows of each split. */
  readonly rows: Readonly<Record<string, number>>
}

/** Reads and joins the data as `prepare` does and asks every check, or those of `only`, in bounded memory. */
export async function runChecks(options: CheckOptions): Promise<CheckReport> {
  const { config, configDirectory, now, onProgress = (): void => undefined } = options
  const wanted = checksNamed(options.only)
  const directory = mkdtempSync(join(tmpdir(), 'widedeep-check-'))
  const database = await openDatabase({ temporaryDirectory: join(directory, 'temporary') })
  try {
    const badRows = noBadRows()
    onProgress('reading and joining the examples')
    const input = { ...declaredInput(config, configDirectory), keepSources: true }
    const table = await makeExamples({ database, temporaryDirectory: directory, badRows }, input, null)
    const context = await createContext({ database, config, table, badRows, now })
    const checks: CheckResult[] = []
    for (const { name, asks, run } of wanted) {
      onProgress(`checking ${name}`)
      checks.push({ name, asks, ...(await run(context)) })
    }
    const count = (verdict: CheckVerdict): number => checks.filter((check) => check.verdict === verdict).length
    const verdicts = { PASS: count('PASS'), WARN: count('WARN'), FAIL: count('FAIL'), SKIP: count('SKIP') }
    return { checks, verdicts, rows: context.rows }
  } finally {
    database.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

function checksNamed(only: readonly string[] | undefined): readonly DataCheck[] {
  if (only === undefined) return dataChecks
  const known = dataChecks.map(({ name }) => name)
  const unknown = only.find((name) => !known.includes(name))
  if (unknown !== undefined) throw checkUnknown({ name: unknown, suggestion: suggestion(unknown, known) })
  return dataChecks.filter(({ name }) => only.includes(name))
}
