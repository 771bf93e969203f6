import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabase, quoteText } from '../sql/index.js'
import { noBadRows } from './bad-rows.js'
import { readSource, scanSource, sourceColumns } from './source-table.js'

const directory = mkdtempSync(join(tmpdir(), 'widedeep-test-'))
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

async function read(file: string, write: (path: string) => string | null): Promise<Record<string, unknown>[]> {
  const database = await openDatabase({ threads: 1 })
  try {
    const path = join(directory, file)
    const statement = write(path)
    if (statement !== null) await database.run(statement)
    const reader = { database, temporaryDirectory: directory, badRows: noBadRows() }
    const scans = await scanSource(reader, { files: [path], format: undefined })
    await readSource(reader, scans, { table: 'source', names: sourceColumns(scans), format: undefined })
    return await database.rows('SELECT * EXCLUDE (__file) FROM source ORDER BY rowid')
  } finally {
    database.close()
  }
}

describe('typed sources', () => {
  it('keep what a request would bring: 32-bit numbers as written, dates and large integers as their text', async () => {
    const [row] = await read(
      'typed.parquet',
      (path) =>
        `COPY (SELECT 7::TINYINT AS small, 0.1::FLOAT AS float, 1.50::DECIMAL(5,2) AS decimal, DATE '2024-02-29' AS day, 18446744073709551615::UBIGINT AS huge,
          true AS flag, [1.5::FLOAT, NULL] AS list, ['a', ''] AS words, ' kept ' AS text, '' AS empty) TO ${quoteText(path)}`,
    )
    expect(row).toEqual({
      small: 7,
      float: 0.1,
      decimal: 1.5,
      day: '2024-02-29',
      huge: '18446744073709551615',
      flag: true,
      list: [1.5, null],
      words: ['a', ''],
      text: ' kept ',
      empty: null,
    })
  })

  it('read JSON lines without making dates of text', async () => {
    const rows = await read('lines.ndjson', (path) => {
      writeFileSync(
        path,
        '{"at":"2024-01-01T00:00:00Z","n":1,"tags":["x"]}\n{"at":"2024-01-02","n":2.5,"tags":[]}\n{"at":null}\n',
      )
      return null
    })
    expect(rows).toEqual([
      { at: '2024-01-01T00:00:00Z', n: 1, tags: ['x'] },
      { at: '2024-01-02', n: 2.5, tags: [] },
      { at: null, n: null, tags: null },
    ])
  })

  it('say which file is not what its name says', async () => {
    const write = (path: string): null => {
      writeFileSync(path, 'not parquet at all')
      return null
    }
    await expect(read('wrong.parquet', write)).rejects.toMatchObject({ code: 'DATA_FILE_UNREADABLE', exitCode: 3 })
  })
})

describe('text sources', () => {
  it('number a column whose name is empty, as the index of a data frame is', async () => {
    const rows = await read('indexed.csv', (path) => {
      writeFileSync(path, ',a\n0,x\n1,y\n')
      return null
    })
    expect(rows).toEqual([
      { column0: '0', a: 'x' },
      { column0: '1', a: 'y' },
    ])
  })
})

describe('texts', () => {
  it('lose the blanks at their ends, of whatever alphabet, and are missing without anything else', async () => {
    const [nbsp, wide] = ['\u00a0', '\u3000']
    const cells = ['a b', ' a', 'a ', `${nbsp}é${wide}`, 'é', `é${nbsp}é`, ' ', nbsp, '\t', '']
    const rows = await read('blanks.csv', (path) => {
      writeFileSync(path, `text,row\n${cells.map((cell, row) => `${cell},${String(row)}\n`).join('')}`)
      return null
    })
    expect(rows.map(({ text }) => text)).toEqual(['a b', 'a', 'a', 'é', 'é', `é${nbsp}é`, null, null, '\t', null])
  })
})
