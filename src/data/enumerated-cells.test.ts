import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../sql/index.js'
import { openDatabase } from '../sql/index.js'
import type { KeptCells } from './enumerated-cells.js'
import { cellKinds, enumerateCells, readableCell } from './enumerated-cells.js'

let database: Database
beforeAll(async () => {
  database = await openDatabase({ threads: 2 })
})
afterAll(() => {
  database.close()
})

async function keptOf(table: string, rowCount: number): Promise<KeptCells> {
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
      expect([...(await keptOf(table, rowCount)).enumerated], table).toEqual(['few', 'some', 'none'])
    }
  })

  it('where a joined table is small beside the rows that will hold its texts', async () => {
    await database.run(`CREATE TABLE items AS SELECT 'title ' || range AS title FROM range(500)`)
    const types = async (rowCount: number): Promise<number> =>
      (await enumerateCells(database, { table: 'items', names: ['title'], rowCount })).enumerated.size
    expect([await types(6000), await types(12_000)]).toEqual([0, 1])
  })

  it('and are read as texts, alone and in lists', async () => {
    const kept = await keptOf('typed', 1000)
    await database.run(
      `CREATE TABLE kept AS SELECT ${kept.cell('few')} AS one, [${kept.cell('few')}] AS list, own, integer FROM typed`,
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

  it('and stay the same in each row, also where they are so many that they are joined', async () => {
    await database.run(`CREATE TABLE wide AS SELECT range AS place, CASE WHEN range % 11 > 0 THEN 't' || range * 7919 % 5000 END AS many, 't' || range % 3 AS few
      FROM range(120_000)`)
    const kept = await enumerateCells(database, { table: 'wide', names: ['many', 'few'], rowCount: 120_000 })
    expect([[...kept.enumerated], kept.tables.length]).toEqual([['many', 'few'], 1])
    await database.run(
      `CREATE TABLE typed_wide AS SELECT place, ${kept.cell('many')} AS many, ${kept.cell('few')} AS few FROM wide ${kept.joins}`,
    )
    expect((await cellKinds(database, 'typed_wide')).get('many')?.isEnumerated).toBe(true)
    const rows = await database.rows(
      `SELECT count(*) AS n, count(*) FILTER (WHERE (a.many::VARCHAR, a.few::VARCHAR) IS DISTINCT FROM (b.many, b.few)) AS others
       FROM typed_wide AS a JOIN wide AS b USING (place)`,
    )
    expect(rows).toEqual([{ n: 120_000, others: 0 }])
    const order = await database.rows(
      'SELECT count(*) AS n FROM (SELECT many, lag(many) OVER (ORDER BY many::VARCHAR) AS before FROM typed_wide) WHERE before > many',
    )
    expect(order).toEqual([{ n: 0 }])
  })
})
