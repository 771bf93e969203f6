/** From the table `examples` to the table `encoded`: `__row`, and one column of ids or numbers for each feature and cross. */
import { basename } from 'node:path'
import type {
  Config,
  CrossDeclaration,
  ColumnEncoder,
  ColumnState,
  EncodedColumn,
  EncodedFeatures,
  FeatureState,
  JaggedIds,
} from '../features/index.js'
import {
  allFeatures,
  compileFeatures,
  createEncoder,
  crossLearns,
  declaredCrosses,
  growCross,
  learnCross,
  resolvedDeclaration,
  stateOwner,
  weightsColumnOf,
} from '../features/index.js'
import type { ColumnarChunk, Database, InsertedColumn } from '../sql/index.js'
import { numberOf, quoteName } from '../sql/index.js'
import type { BadRows } from './bad-rows.js'
import { addOffender } from './bad-rows.js'
import type { BadCells } from './encode-values.js'
import { encodeValues } from './encode-values.js'
import { encodedName, isWeighted, weightsName } from './encoded-names.js'
import type { CellColumns } from './examples.js'
import { featureCells, sameCells } from './feature-cells.js'
import type { Increment } from './increment/increment.js'
import { learnColumn, needsAges } from './increment/kept-values.js'
import { countTuples, tupleNames } from './increment/kept-tuples.js'
import { distinctValues } from './statistics.js'

export interface EncodeContext {
  readonly database: Database
  readonly config: Config
  readonly columns: CellColumns
  readonly badRows: BadRows
  /** Classes of the label in order, where the head has them. */
  readonly labels?: readonly string[] | undefined
  /** The days before and after, where they are prepared on their own. */
  readonly increment?: Increment | undefined
  onProgress(text: string): void
}

/** Learns (or learns on) from the training split where `state` is `null`, encodes every row, and returns the state that it used. */
export async function encodeExamples(
  context: EncodeContext,
  state: FeatureState | null,
): Promise<{ state: FeatureState; columns: readonly EncodedColumn[] }> {
  const { database, config } = context
  const features = Object.keys(allFeatures(config))
  const tables = new Map(features.map((name, index) => [name, `values_${String(index)}`]))
  for (const [name, table] of tables) {
    const hasLast = state === null && needsAges(resolvedDeclaration(name, allFeatures(config)))
    await distinctValues(database, featureCells(config, context.columns, name), { table, hasLast })
  }
  const columns = state?.columns ?? (await learnColumns(context, tables))
  const encoders = compileFeatures(config, { columns })
  for (const [name, table] of tables) {
    context.onProgress(`encoding ${name}`)
    const encoder = encoders.get(name)
    if (!encoder) throw new Error(`internal: no encoder for ${name}`)
    const bad = await encodeValues(database, encoder, { values: table, target: `map_${table}` })
    if (bad.count > 0) await reportBadCells(context, { name, table, bad })
    await database.run(`DROP TABLE ${table}`)
  }
  await joinCodes(context, tables, encoders)
  const crosses = state?.crosses ?? (await learnCrosses(context))
  const learned = { columns, crosses, ...(context.labels ? { labels: context.labels } : {}) }
  const encoder = createEncoder(config, learned)
  if (encoder.crosses.size > 0) await encodeCrosses(context, encoder)
  return { state: learned, columns: encoder.columns }
}

async function learnColumns(
  context: EncodeContext,
  tables: ReadonlyMap<string, string>,
): Promise<Record<string, ColumnState>> {
  const declared = allFeatures(context.config)
  const states: Record<string, ColumnState> = {}
  for (const [name, table] of tables) {
    if (stateOwner(name, declared) !== name) continue
    context.onProgress(`learning ${name}`)
    states[name] = await learnColumn(context, { name, declaration: resolvedDeclaration(name, declared), table })
  }
  return states
}

interface BadFeature {
  readonly name: string
  /** Its table of distinct values. */
  readonly table: string
  readonly bad: BadCells
}

async function reportBadCells(context: EncodeContext, { name, table, bad }: BadFeature): Promise<void> {
  const { config, columns, badRows, database } = context
  badRows.cells += bad.count
  const cells = featureCells(config, columns, name)
  const rows = await database.rows(
    `SELECT __file AS file, __row - (SELECT min(__row) FROM examples AS own WHERE own.__file = examples.__file) + 1 AS row,
       ${cells.value} AS cell, ${cells.weights ?? 'NULL'} AS weights
     FROM examples JOIN ${table} AS bad ON ${sameCells(cells, 'bad')} WHERE bad.rowid IN (${bad.keys.join(', ')}) ORDER BY __row LIMIT 2`,
  )
  const weightsColumn = weightsColumnOf(name, allFeatures(config))
  for (const { file, row, cell, weights } of rows) {
    const value = `${name} is ${JSON.stringify(cell)}`
    const text = weightsColumn === undefined ? value : `${value} and ${weightsColumn} is ${JSON.stringify(weights)}`
    addOffender(badRows, `${basename(String(file))}, row ${String(row)}: ${text}`)
  }
}

async function joinCodes(
  { database, config, columns }: EncodeContext,
  tables: ReadonlyMap<string, string>,
  encoders: ReadonlyMap<string, ColumnEncoder>,
): Promise<void> {
  const select = [...encoders].flatMap(([name, { shape }]) => {
    const map = `map_${tables.get(name) ?? ''}`
    const code = `${map}.code AS ${quoteName(encodedName({ name, shape }))}`
    return isWeighted(shape) ? [code, `${map}.code_weights AS ${quoteName(weightsName(name))}`] : [code]
  })
  const joins = [...tables].map(
    ([name, table]) => `LEFT JOIN map_${table} ON ${sameCells(featureCells(config, columns, name), `map_${table}`)}`,
  )
  await database.run(
    `CREATE TABLE encoded AS SELECT __row, __split, ${select.join(', ')} FROM examples ${joins.join(' ')}`,
  )
  await database.run([...tables.values()].map((table) => `DROP TABLE map_${table}`).join('; '))
}

async function learnCrosses(context: EncodeContext): Promise<Record<string, ColumnState>> {
  const states: Record<string, ColumnState> = {}
  const { database, increment } = context
  for (const [index, cross] of declaredCrosses(context.config.model).entries()) {
    context.onProgress(`learning ${cross.name}`)
    const own = await tuplesSql(database, cross)
    const sql = increment ? await countTuples(database, increment, { index, own, arity: cross.features.length }) : own
    // Where tuples fall into buckets their order is no one's concern.
    const ordered = crossLearns(cross)
      ? `SELECT * FROM (${sql}) ORDER BY n DESC, ${tupleNames(cross.features.length)}`
      : sql
    const statistics = { chunks: tupleChunks(database, ordered, cross.features.length) }
    const previous = increment?.earlier?.state.crosses[cross.name]
    states[cross.name] = await (previous ? growCross(cross, statistics, previous) : learnCross(cross, statistics))
  }
  return states
}

/** Distinct tuples of ids in the training split with their counts; lists by cartesian product, one column unnested after the other. */
async function tuplesSql(database: Database, cross: CrossDeclaration): Promise<string> {
  const { features } = cross
  const types = await database.rows(
    "SELECT column_name AS name, data_type AS type FROM duckdb_columns() WHERE table_name = 'encoded'",
  )
  const typeOf = new Map(types.map(({ name, type }) => [String(name), String(type)]))
  let rows = `SELECT ${features.map((name, index) => `${quoteName(`i_${name}`)} AS t${String(index)}`).join(', ')} FROM encoded WHERE __split = 'train'`
  for (const [index, name] of features.entries()) {
    if (typeOf.get(`i_${name}`)?.endsWith('[]'))
      rows = `SELECT * REPLACE (unnest(t${String(index)}) AS t${String(index)}) FROM (${rows})`
  }
  const tuple = tupleNames(features.length)
  return `SELECT ${tuple}, CAST(count(*) AS DOUBLE) AS n FROM (${rows}) GROUP BY ${tuple}`
}

async function* tupleChunks(
  database: Database,
  sql: string,
  arity: number,
): AsyncGenerator<{ tuples: Int32Array; counts: Float64Array }> {
  for await (const { columns, rowCount } of database.chunks(sql)) {
    const tuples = new Int32Array(rowCount * arity)
    for (let side = 0; side < arity; side++) {
      for (let row = 0; row < rowCount; row++) tuples[row * arity + side] = numberOf(columns[`t${String(side)}`], row)
    }
    yield { tuples, counts: Float64Array.from({ length: rowCount }, (_, row) => numberOf(columns['n'], row)) }
  }
}

/** Crosses are made of ids, so rows pass through JavaScript as typed arrays, without a string. */
async function encodeCrosses(
  { database, onProgress }: EncodeContext,
  encoder: ReturnType<typeof createEncoder>,
): Promise<void> {
  const crosses = [...encoder.crosses.values()]
  onProgress(`encoding ${String(crosses.length)} crosses`)
  const parents = [...new Set(crosses.flatMap(({ declaration }) => declaration.features))]
  const types = crosses.map(
    ({ shape }, index) => `x${String(index)} INTEGER${shape.kind === 'ids' && shape.isMultivalent ? '[]' : ''}`,
  )
  await database.run(`CREATE TABLE crossed (k INTEGER, ${types.join(', ')})`)
  const select = parents.map((name) => quoteName(`i_${name}`)).join(', ')
  for await (const chunk of database.chunks(`SELECT __row AS k, ${select} FROM encoded`)) {
    const features = featuresOf(chunk, parents)
    const keys = Int32Array.from({ length: chunk.rowCount }, (_, row) => numberOf(chunk.columns['k'], row))
    await database.insert('crossed', chunk.rowCount, [
      keys,
      ...crosses.map((cross) => insertedIds(cross.encode(features))),
    ])
  }
  const names = crosses.map(
    ({ declaration, shape }, index) =>
      `x${String(index)} AS ${quoteName(encodedName({ name: declaration.name, shape }))}`,
  )
  await database.run(
    `CREATE TABLE together AS SELECT encoded.*, ${names.join(', ')} FROM encoded JOIN crossed ON encoded.__row = crossed.k;
     DROP TABLE crossed; DROP TABLE encoded; ALTER TABLE together RENAME TO encoded`,
  )
}

function featuresOf({ columns, rowCount }: ColumnarChunk, names: readonly string[]): EncodedFeatures {
  return { rowCount, ids: Object.fromEntries(names.map((name) => [name, jaggedOf(columns[`i_${name}`])])), numbers: {} }
}

function jaggedOf(column: ColumnarChunk['columns'][string] | undefined): JaggedIds {
  const ids = column?.kind === 'lists' ? column.child : column
  const isEmpty = ids?.kind === 'values' && ids.values.length === 0
  if (!isEmpty && (ids?.kind !== 'fixed' || !(ids.values instanceof Int32Array)))
    throw new Error('internal: ids must be 32-bit integers')
  const values = ids.kind === 'fixed' && ids.values instanceof Int32Array ? ids.values : new Int32Array(0)
  return { ids: values, offsets: column?.kind === 'lists' ? column.offsets : null, weights: null }
}

const insertedIds = ({ ids, offsets }: JaggedIds): InsertedColumn => (offsets ? { offsets, values: ids } : ids)
