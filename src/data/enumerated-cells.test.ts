import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../sql/index.js'
import { openDatabase } from '../sql/index.js'
import { cellKinds, enumerateCells, keptCell, readableCell } from './enumerated-cells.js'

let database: Database
beforeAll(async () => {
  database = await openDatabase({ threads: 2 })
})
afterAll(() => {
  database.close()
})

async function typesOf(table: string, rowCount: number): Promise<Map<string, string>> {
  await database.run(`CREATE TABLE ${table} AS SELECT 't' || range % 7 AS few, 't' || range % (${String(rowCount)} // 40) AS some,
    't' || range % (${String(rowCount)} // 8) AS many, 't' || range AS own, NULL::VARCHAR AS none, range AS integer FROM range(${String(rowCount)})`)
  return enumerateCells(database, { table, names: ['few', 'some', 'many', 'own', 'none', 'integer'], rowCount })
}

describe('texts become an enumeration', () => {
  it('where they repeat, in small tables and in those of which a part is counted', async () => {
    for (const [table, rowCount] of [
      ['small', 1000],
      ['large', 200_000],
    ] as const) {
      expect([...(await typesOf(table, rowCount)).keys()], table).toEqual(['few', 'some', 'none'])
    }
  })

  it('where a joined table is small beside the rows that will hold its texts', async () => {
    await database.run(`CREATE TABLE items AS SELECT 'title ' || range AS title FROM range(500)`)
    const types = async (rowCount: number): Promise<number> =>
      (await enumerateCells(database, { table: 'items', names: ['title'], rowCount })).size
    expect([await types(6000), await types(12_000)]).toEqual([0, 1])
  })

  it('and are read as texts, alone and in lists', async () => {
    const types = await typesOf('typed', 1000)
    await database.run(
      `CREATE TABLE kept AS SELECT ${keptCell('few', types.get('few'))} AS one, [${keptCell('few', types.get('few'))}] AS list, own, integer FROM typed`,
    )
    const kinds = await cellKinds(database, 'kept')
    expect(kinds.get('one')).toEqual({ isText: false, isEnumerated: true, isList: false })
    expect(kinds.get('list')).toEqual({ isText: false, isEnumerated: true, isList: true })
    expect(kinds.get('own')).toEqual({ isText: true, isEnumerated: false, isList: false })
    const cells = await Promise.all(['one', 'list', 'integer'].map((name) => readableCell(database, 'kept', name)))
    const [row] = await database.rows(
      `SELECT ${cells.map((cell, index) => `${cell} AS c${String(index)}`).join(', ')} FROM kept WHERE integer = 8`,
    )
    expect(row).toEqual({ c0: 't1', c1: ['t1'], c2: 8 })
  })
})
