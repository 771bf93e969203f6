/** From the names of classes in the table `examples` to their numbers: learned from the training split, or as declared. */
import { basename } from 'node:path'
import type { Config } from '../features/index.js'
import { labelKindOf } from '../features/index.js'
import type { Database } from '../sql/index.js'
import { quoteText } from '../sql/index.js'
import type { BadRows } from './bad-rows.js'
import { addOffender } from './bad-rows.js'
import { classesFew } from './errors.js'

export interface LabelTable {
  readonly database: Database
  readonly config: Config
  readonly badRows: BadRows
}

/** How labels of a kind are told apart and numbered. */
interface ClassReading {
  /** Names of a row, one row of the result for each. */
  readonly names: string
  /** Whether a row has a name that is no class. */
  readonly unknown: string
  /** The label as numbers. */
  readonly numbered: string
  /** A row whose label means nothing is left out; of a list only the name is. */
  readonly leavesRows: boolean
}

const readings: Readonly<Partial<Record<ReturnType<typeof labelKindOf>, ClassReading>>> = {
  class: {
    names: '__label',
    unknown: '__label NOT IN (SELECT name FROM label_names)',
    numbered: '(SELECT place FROM label_names WHERE name = __label)',
    leavesRows: true,
  },
  classSet: {
    names: 'unnest(__label)',
    unknown: 'NOT list_has_all((SELECT list(name) FROM label_names), __label)',
    numbered:
      'list_transform((SELECT list(name ORDER BY place) FROM label_names), lambda name: CAST(list_contains(__label, name) AS FLOAT))',
    leavesRows: false,
  },
}

/**
 * Numbers the labels of `examples` where the head has classes, and returns the classes in order; `known` are those that an
 * earlier preparation learned. A name that is none of them is bad input: counted, shown, and refused beyond the limit.
 */
export async function numberLabels(
  table: LabelTable,
  known: readonly string[] | undefined,
): Promise<readonly string[] | undefined> {
  const { database, config } = table
  const reading = readings[labelKindOf(config.model)]
  if (!reading) return undefined
  const labels = known ?? declaredClasses(config) ?? (await learnClasses(database, reading))
  if (labels.length < 2) throw classesFew({ column: config.data.label?.column ?? '', classes: labels })
  const rows = labels.map((name, place) => `(${quoteText(name)}, ${String(place)})`).join(', ')
  await database.run(`CREATE TABLE label_names AS SELECT * FROM (VALUES ${rows}) AS names (name, place)`)
  await reportUnknown(table, reading)
  if (reading.leavesRows) await database.run(`DELETE FROM examples WHERE ${reading.unknown}`)
  await database.run(
    `CREATE TABLE numbered AS SELECT * REPLACE (${reading.numbered} AS __label) FROM examples;
     DROP TABLE examples; DROP TABLE label_names; ALTER TABLE numbered RENAME TO examples`,
  )
  return labels
}

const declaredClasses = ({ data }: Config): string[] | undefined => data.label?.classes?.map(String)

/** The names of the training split: numbers by size where all are numbers, else texts by their characters. */
async function learnClasses(database: Database, { names }: ClassReading): Promise<string[]> {
  const rows = await database.rows(`SELECT DISTINCT ${names} AS name FROM examples WHERE __split = 'train'`)
  const found = rows.map(({ name }) => String(name)).sort()
  return found.every((name) => Number.isFinite(Number(name))) ? found.sort((a, b) => Number(a) - Number(b)) : found
}

async function reportUnknown({ database, config, badRows }: LabelTable, reading: ClassReading): Promise<void> {
  const [row] = await database.rows(`SELECT count(*) AS n FROM examples WHERE ${reading.unknown}`)
  const count = Number(row?.['n'] ?? 0)
  if (count === 0) return
  if (reading.leavesRows) badRows.left += count
  else badRows.cells += count
  const first = await database.rows(
    `SELECT __file AS file, __row - (SELECT min(__row) FROM examples AS own WHERE own.__file = examples.__file) + 1 AS row, __label AS label
     FROM examples WHERE ${reading.unknown} ORDER BY __row LIMIT 3`,
  )
  for (const { file, row: place, label } of first)
    addOffender(
      badRows,
      `${basename(String(file))}, row ${String(place)}: the label ${config.data.label?.column ?? ''} is ${JSON.stringify(label)}, which is no class of the training split or of data.label.classes`,
    )
}
