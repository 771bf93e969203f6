import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openDatabase, quoteName, quoteText } from './index.js'

describe('the database', () => {
  it('reads rows as plain values, with integers beyond 2^53 as text', async () => {
    const database = await openDatabase({ threads: 1 })
    const [row] = await database.rows(
      "SELECT 1 a, 2::BIGINT b, 9007199254740993::BIGINT c, NULL d, 'x' e, true f, [1, NULL, 3] g, sum(7) h, 0.5::FLOAT i",
    )
    expect(row).toEqual({ a: 1, b: 2, c: '9007199254740993', d: null, e: 'x', f: true, g: [1, null, 3], h: 7, i: 0.5 })
    database.close()
  })

  it('streams a result in order while other statements run', async () => {
    const database = await openDatabase({ threads: 2 })
    let sum = 0
    let previous = -1
    for await (const { columns, rowCount } of database.chunks('SELECT range AS k FROM range(10000) ORDER BY k')) {
      const column = columns['k']
      if (column?.kind !== 'fixed') throw new Error('internal: k is fixed')
      for (let row = 0; row < rowCount; row++) {
        const value = Number(column.values[row])
        expect(value).toBe(previous + 1)
        previous = value
        sum += value
      }
      await database.run('SELECT 1')
    }
    expect(sum).toBe((9999 * 10000) / 2)
    database.close()
  })

  it('reads lists that lie anywhere in their child, empty and null ones too', async () => {
    const database = await openDatabase({ threads: 1 })
    await database.run(
      'CREATE TABLE t AS SELECT range AS k, CASE range % 4 WHEN 0 THEN NULL WHEN 1 THEN [] ELSE [range, range * 2] END AS l FROM range(5000)',
    )
    const rows = await database.rows('SELECT k, l FROM t WHERE k % 3 = 0 ORDER BY k DESC')
    expect(rows).toHaveLength(1667)
    for (const { k, l } of rows) {
      const n = Number(k)
      expect(l).toEqual(n % 4 === 0 ? null : n % 4 === 1 ? [] : [n, n * 2])
    }
    database.close()
  })

  it('inserts typed arrays and lists over many chunks', async () => {
    const database = await openDatabase({ threads: 1 })
    await database.run('CREATE TABLE t (k INTEGER, x FLOAT, ids INTEGER[])')
    const count = 5000
    const offsets = Int32Array.from({ length: count + 1 }, (_, row) => Math.floor((row * 3) / 2))
    const values = Int32Array.from({ length: offsets[count] ?? 0 }, (_, at) => at * 7)
    await database.insert('t', count, [
      Int32Array.from({ length: count }, (_, row) => row),
      Float32Array.from({ length: count }, (_, row) => row / 4),
      { offsets, values },
    ])
    const rows = await database.rows('SELECT * FROM t ORDER BY k')
    for (const [row, { k, x, ids }] of rows.entries()) {
      expect([k, x]).toEqual([row, row / 4])
      expect(ids).toEqual(Array.from(values.subarray(offsets[row], offsets[row + 1])))
    }
    expect(rows).toHaveLength(count)
    database.close()
  })

  it('tells what failed with the statement', async () => {
    const database = await openDatabase({ threads: 1 })
    await expect(database.run('SELECT nothing FROM nowhere')).rejects.toMatchObject({ code: 'SQL_STATEMENT_FAILED' })
    await expect(database.rows('SELECT nothing')).rejects.toMatchObject({ code: 'SQL_STATEMENT_FAILED' })
    database.close()
  })

  it('quotes any name and any text', async () => {
    const database = await openDatabase({ threads: 1 })
    for (const text of ['', "it's", '"q"', 'ünï\n', 'a\0b', '\\', ';--']) {
      expect(await database.rows(`SELECT ${quoteText(text)} AS ${quoteName('a"b')}`)).toEqual([{ 'a"b': text }])
    }
    database.close()
  })

  it('has its moments in UTC, in every connection, wherever the machine stands', async () => {
    // A zone of the process is read when DuckDB is loaded.
    const program = `
      const { openDatabase } = await import(${JSON.stringify(new URL('../../dist/sql/index.js', import.meta.url).href)})
      const database = await openDatabase({ threads: 1 })
      const sql = "SELECT CAST(TIMESTAMPTZ '2026-03-01 10:00:00+02' AS VARCHAR) AS t"
      const [row] = await database.rows(sql)
      for await (const { columns } of database.chunks(sql)) console.log(row.t, columns.t.values[0])
      database.close()`
    const run = promisify(execFile)
    const env = { ...process.env, TZ: 'Europe/Berlin' }
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { env })
    expect(stdout).toBe('2026-03-01 08:00:00+00 2026-03-01 08:00:00+00\n')
  })

  it('works within its memory limit by spilling', async () => {
    const database = await openDatabase({ threads: 1, memoryLimit: 64 * 2 ** 20 })
    const rows = await database.rows(
      'SELECT count(*) n FROM (SELECT range k, hash(range) h FROM range(4000000) ORDER BY h)',
    )
    expect(rows).toEqual([{ n: 4000000 }])
    database.close()
  })
})
