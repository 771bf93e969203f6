/** A small clean data set, and what a test plants into it: the source of the data checks' tests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomInteger, randomKey, randomNormal, randomUniform } from '../src/base/index.js'
import { runChecks } from '../src/data/index.js'
import type { CheckReport, CheckResult } from '../src/data/index.js'
import type { Config } from '../src/features/index.js'
import { categorical, list, numeric } from '../src/features/index.js'

export type Row = Record<string, string | number | null>

/** Tables by name; each becomes a CSV file of that name. */
export interface Tables {
  impressions: Row[]
  users: Row[]
  actions: Row[]
}

/** 1 January 2026, in seconds. */
export const firstSecond = 1_767_225_600
/** Some months after the last row. */
export const now = firstSecond + 100 * 86_400
const secondsBetween = 288
const rowCount = 6000

/** Twenty days of impressions, a fifth of them bought within minutes; nothing is wrong with them. */
export function cleanTables(): Tables {
  const draw = (word: string, index: number, bound: number): number => randomInteger(randomKey(5, word), index, bound)
  const impressions = Array.from({ length: rowCount }, (_, index): Row => {
    const item = draw('item', index, 50)
    const isBought = randomUniform(randomKey(5, 'label'), index) < 0.1 + item / 250
    return {
      user: `u${String(draw('user', index, 200))}`,
      item: `i${String(item)}`,
      time: firstSecond + index * secondsBetween,
      position: 1 + draw('position', index, 5),
      colour: ['red', 'green', 'blue', 'white'][draw('colour', index, 4)] ?? '',
      price: Number((50 + 10 * randomNormal(randomKey(5, 'price'), index)).toFixed(3)),
      note: draw('note', index, 10) === 0 ? null : `n${String(draw('noted', index, 6))}`,
      tags: `t${String(draw('one', index, 9))}|t${String(draw('two', index, 9))}`,
      bought: isBought ? 1 : 0,
    }
  })
  const users = Array.from({ length: 200 }, (_, user): Row => ({
    user: `u${String(user)}`,
    age: 14 + draw('age', user, 60),
  }))
  return {
    impressions,
    users,
    actions: impressions.flatMap((row, index) =>
      row['bought'] === 1 ? [actionOf(row, draw('delay', index, 500))] : [],
    ),
  }
}

const actionOf = ({ user = null, item = null, time }: Row, delay: number): Row => ({
  user,
  item,
  time: Number(time) + 20 + delay,
  event: 'buy',
})

const labelled: Config = {
  data: {
    examples: 'impressions.csv',
    join: [{ from: 'users.csv', on: 'user' }],
    label: { column: 'bought' },
    split: { by: 'time', validation: 0.1, test: 0.2 },
    user: 'user',
    item: 'item',
    time: 'time',
    history: { seen: { of: 'item', last: 5 } },
  },
  features: {
    user: {
      user: categorical(),
      age: numeric({ normalize: 'quantiles' }),
      seen: list(categorical({ sharedWith: 'item' })),
    },
    item: { item: categorical(), price: numeric() },
    context: { position: categorical(), colour: categorical(), note: categorical(), tags: list(categorical()) },
  },
}

const { examples: _, ...ofData } = labelled.data
const joined: Config = {
  ...labelled,
  data: {
    ...ofData,
    impressions: 'impressions.csv',
    actions: { from: 'actions.csv', kind: 'event' },
    label: { action: 'buy', within: '24h' },
  },
}

/** Configs of the data set: impressions that carry their label, and two logs. */
export const configs = { labelled, joined }

const csvOf = (rows: readonly Row[]): string =>
  [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))].map((cells) => cells.join(',')).join('\n') +
  '\n'

/** Writes tables as CSV files into a new directory, which the test removes. */
export function writeTables(tables: Readonly<Record<string, readonly Row[]>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'widedeep-planted-'))
  for (const [name, rows] of Object.entries(tables)) writeFileSync(join(directory, `${name}.csv`), csvOf(rows))
  return directory
}

export interface Planted {
  readonly config: Config
  readonly tables: Readonly<Record<string, readonly Row[]>>
  readonly only?: readonly string[]
  /** Changes the files once they are written. */
  readonly spoil?: (directory: string) => void
}

/** What the checks say of tables. */
export async function checkTables({ config, tables, only, spoil }: Planted): Promise<CheckReport> {
  const configDirectory = writeTables(tables)
  try {
    spoil?.(configDirectory)
    return await runChecks({ config, configDirectory, only, now })
  } finally {
    rmSync(configDirectory, { recursive: true, force: true })
  }
}

/** What one check says of tables. */
export async function checkOne(name: string, planted: Planted): Promise<CheckResult> {
  const { checks } = await checkTables({ ...planted, only: [name] })
  const [check] = checks
  if (!check) throw new Error(`internal: no check ${name}`)
  return check
}
