import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomKey, randomUniform } from '../base/index.js'
import type { Database } from '../sql/index.js'
import { openDatabase } from '../sql/index.js'
import { placeOf } from './places.js'

let database: Database
beforeAll(async () => {
  database = await openDatabase({ threads: 2 })
})
afterAll(() => {
  database.close()
})

describe('the place of a cell', () => {
  it('is its own: 1 of a missing one, then the texts of an enumeration in their order', async () => {
    const texts = Array.from({ length: 300 }, (_, index) => `t${String(1000 + index)}`)
    await database.run(`CREATE TYPE texts AS ENUM (${texts.map((text) => `'${text}'`).join(', ')})`)
    const drawn = texts.filter((_, index) => randomUniform(randomKey(1, 'places'), index) < 0.5)
    await database.run(
      `CREATE TABLE texts AS SELECT CAST(unnest([${drawn.map((text) => `'${text}'`).join(', ')}, NULL]) AS texts) AS value`,
    )
    const place = await placeOf(database, 'texts', 'value')
    const rows = await database.rows(
      `SELECT CAST(value AS VARCHAR) AS text, ${place?.('value') ?? ''} AS place FROM texts`,
    )
    for (const { text, place: at } of rows) expect(at).toBe(text === null ? 1 : texts.indexOf(String(text)) + 2)
    expect(rows).toHaveLength(drawn.length + 1)
  })

  it('is that of a key from 0, unless keys are rare or below it', async () => {
    const keys = async (values: string): Promise<string | null> => {
      await database.run(`CREATE OR REPLACE TABLE keys AS SELECT unnest([${values}]) AS key_of_value`)
      const place = await placeOf(database, 'keys', 'key_of_value')
      return (
        place &&
        String(
          (await database.rows(`SELECT list(${place('key_of_value')} ORDER BY key_of_value) AS p FROM keys`))[0]?.['p'],
        )
      )
    }
    expect(await keys('0, 3, 20, NULL')).toBe('2,5,22,1')
    expect(await keys('0, 3, 200')).toBeNull()
    expect(await keys('-1, 0, 3')).toBeNull()
  })

  it('is none of values that say nothing of it', async () => {
    await database.run("CREATE TABLE plain AS SELECT 'a' AS value; CREATE TABLE numbers AS SELECT 1::BIGINT AS value")
    expect(await placeOf(database, 'plain', 'value')).toBeNull()
    expect(await placeOf(database, 'numbers', 'value')).toBeNull()
  })
})
