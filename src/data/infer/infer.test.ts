import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { randomInteger, randomUniform } from '../../base/index.js'
import { inferConfig } from './infer-config.js'
import type { InferOptions } from './infer-config.js'

const directory = mkdtempSync(join(tmpdir(), 'widedeep-infer-'))
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

function file(name: string, header: string, row: (index: number) => readonly (string | number)[], count = 400): string {
  const path = join(directory, name)
  const lines = Array.from({ length: count }, (_, index) => row(index).join(','))
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`)
  return path
}

async function rolesOf(options: InferOptions): Promise<Record<string, string>> {
  const { columns } = await inferConfig(options)
  return Object.fromEntries(
    columns.map(({ column, role, group }) => [
      role.kind === 'feature' ? column : `${column} (${role.kind})`,
      role.kind === 'feature' ? `${group ?? ''} ${role.declaration}` : role.why,
    ]),
  )
}

const pick = (words: readonly string[], index: number): string => words[randomInteger(1, index, words.length)] ?? ''

describe('inference', () => {
  it('finds label and keys by name, features by their values, and to whom they belong', async () => {
    const files = file('rows.csv', ',user_id,item,price,country,tags,hour,at,session,constant,clicked', (index) => {
      const [user, item] = [randomInteger(2, index, 30), randomInteger(3, index, 20)]
      return [
        index,
        `u${String(user)}`,
        `i${String(item)}`,
        randomUniform(4, item).toFixed(4),
        user % 3,
        pick(['a|b', 'c', 'a|c|d'], index),
        randomInteger(5, index, 24),
        `2026-01-01 00:00:${String(index % 60).padStart(2, '0')}`,
        `s${String(index)}`,
        'web',
        index % 5 === 0 ? 1 : 0,
      ]
    })
    expect(await rolesOf({ files })).toEqual({
      'column0 (left out)': 'a number of its own for every row: it counts the rows',
      'user_id (key)': 'its name says that it is the user',
      user_id: 'user categorical({ minCount: 2 })',
      'item (key)': 'its name says that it is the item',
      item: 'item categorical({ minCount: 2 })',
      price: "item numeric({ normalize: 'quantiles' })",
      country: 'user categorical()',
      tags: 'context list(categorical())',
      hour: 'context categorical()',
      'at (key)': 'its name says that it is the time',
      'session (left out)': '400 values in 400 rows: nearly every row has its own',
      'constant (left out)': 'it is web in every row that has it',
      'clicked (label)': 'its name says so; 0 or 1',
    })
  })

  it('takes the rarer of two texts, and high ratings, for positive', async () => {
    const income = file('income.csv', 'age,income', (index) => [index % 90, index % 4 === 0 ? '>50K' : '<=50K'])
    expect((await inferConfig({ files: income, label: 'income' })).config).toContain(
      'label: { column: \'income\', positive: [">50K"] }',
    )
    const ratings = file('ratings.csv', 'user,movie,rating', (index) => [index % 9, index % 7, 1 + (index % 5)])
    expect((await inferConfig({ files: ratings })).config).toContain("label: { column: 'rating', atLeast: 4 }")
  })

  it('leaves out what only the policy or the future knows', async () => {
    const shown = file('shown.csv', 'user,app,position,propensity,at,installed', (index) => [
      index % 9,
      index % 7,
      index % 3,
      randomUniform(1, index).toFixed(6),
      1_767_225_600 + index,
      index % 2,
    ])
    const done = file('done.csv', 'user,app,at,event', (index) => [
      index % 9,
      index % 7,
      1_767_225_600 + index,
      index % 4 === 0 ? 'install' : 'open',
    ])
    const { config, columns } = await inferConfig({ files: shown, actions: done })
    expect(config).toContain(`actions: { from: '${done}', kind: 'event' }`)
    expect(config).toContain("label: { action: 'install', within: '24h' }")
    expect(config).toContain("position: { column: 'position' }")
    const left = columns.filter(({ role }) => role.kind === 'left out').map(({ column }) => column)
    expect(left).toEqual(['propensity', 'installed'])
  })

  it('says what is missing where nothing is called like a label', async () => {
    const { config } = await inferConfig({ files: file('plain.csv', 'a,b', (index) => [index % 3, index % 4]) })
    expect(config).toContain('no column is called like a label')
  })
})
