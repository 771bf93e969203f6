import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cleanTables, configs, now, writeTables } from '../../../test/planted-data.js'
import type { Config } from '../../features/index.js'
import { categorical, list, numeric } from '../../features/index.js'
import { openDatabase } from '../../sql/index.js'
import { noBadRows } from '../bad-rows.js'
import { declaredInput } from '../declared-input.js'
import { makeExamples } from '../labelled-table.js'
import type { CheckFinding } from './check.js'
import { createContext } from './context.js'
import { dataChecks } from './index.js'

const withLabel = (label: Config['data']['label'], model: NonNullable<Config['model']>): Config => ({
  ...configs.labelled,
  data: { ...configs.labelled.data, ...(label ? { label } : {}) },
  model,
})

const { split: _split, time: _time, history: _history, ...timeless } = configs.labelled.data
const all: Readonly<Record<string, Config>> = {
  'binary labels': configs.labelled,
  'two logs': configs.joined,
  'no time': {
    ...configs.labelled,
    data: { ...timeless, split: { by: 'random', test: 0.2 } },
    features: { item: categorical(), price: numeric(), tags: list(categorical()) },
  },
  'a number to predict': withLabel({ column: 'price' }, { head: 'regression' }),
  classes: withLabel({ column: 'colour', positiveLabel: 'red' }, { head: 'multiclass' }),
  'classes, none positive': withLabel({ column: 'colour' }, { head: 'multiclass' }),
  'several labels': withLabel({ column: 'tags', positiveLabel: 't1' }, { head: 'multilabel' }),
  'positives only': {
    ...configs.labelled,
    data: { ...configs.labelled.data, negatives: { sampling: 'uniform' } },
  },
}

/** Runs every check on the tables of a config after a statement has bared them. */
async function bared(config: Config, rows: number, statements: (columns: string[]) => string): Promise<CheckFinding[]> {
  const { impressions, users, actions } = cleanTables()
  const configDirectory = writeTables({ impressions: impressions.slice(0, rows), users, actions })
  const temporaryDirectory = mkdtempSync(join(tmpdir(), 'widedeep-bare-'))
  const database = await openDatabase({ temporaryDirectory })
  try {
    const badRows = noBadRows()
    const input = { ...declaredInput(config, configDirectory), keepSources: true }
    const table = await makeExamples({ database, temporaryDirectory, badRows }, input, null)
    await database.run(statements([...new Set(table.columns.values())]))
    const context = await createContext({ database, config, table, badRows, now })
    const found: CheckFinding[] = []
    for (const check of dataChecks) found.push(await check.run(context))
    return found
  } finally {
    database.close()
    for (const directory of [configDirectory, temporaryDirectory]) rmSync(directory, { recursive: true, force: true })
  }
}

const bareness: Readonly<Record<string, readonly [rows: number, (columns: string[]) => string]>> = {
  'no row': [400, () => 'DELETE FROM examples'],
  'one row': [400, () => 'DELETE FROM examples WHERE __row > 0'],
  'two rows, one held out': [
    400,
    () => "DELETE FROM examples WHERE __row NOT IN (0, 1); UPDATE examples SET __split = 'test' WHERE __row = 1",
  ],
  'nothing but missing cells': [
    400,
    (columns) =>
      `UPDATE examples SET ${[...columns, '__label', '__time'].map((column) => `${column} = NULL`).join(', ')}`,
  ],
  'no held-out row': [400, () => "UPDATE examples SET __split = 'train'"],
  'no training row': [400, () => "UPDATE examples SET __split = 'test'"],
}

describe('data checks on bare data', () => {
  for (const [what, config] of Object.entries(all)) {
    it(`answer without a fault of their own: ${what}`, async () => {
      for (const [rows, statements] of Object.values(bareness)) {
        const found = await bared(config, rows, statements)
        expect(found).toHaveLength(dataChecks.length)
        for (const { text, counts, verdict, hint } of found) {
          expect(text).not.toMatch(/NaN|undefined|null|Infinity|%\s*%/)
          expect(Object.values(counts).filter((count) => !Number.isFinite(count))).toEqual([])
          expect(hint === null).toBe(verdict === 'PASS' || verdict === 'SKIP')
        }
      }
    })
  }
})
