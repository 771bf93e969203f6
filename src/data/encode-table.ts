/** What the features of the table `examples` become: learned from the training split, said of each distinct value once. */
import { basename } from 'node:path'
import type { Config, CrossDeclaration, ColumnState, Encoder, FeatureState } from '../features/index.js'
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
import type { Database } from '../sql/index.js'
import { numberOf } from '../sql/index.js'
import type { BadRows } from './bad-rows.js'
import { addOffender } from './bad-rows.js'
import type { CodeJoins } from './code-joins.js'
import { codeJoins } from './code-joins.js'
import type { BadCells } from './encode-values.js'
import { encodeValues } from './encode-values.js'
import type { CellColumns } from './examples.js'
import type { CellLists } from './feature-cells.js'
import { featureCells, sameCells } from './feature-cells.js'
import type { Increment } from './increment/increment.js'
import { learnColumn, needsAges } from './increment/kept-values.js'
import { countTuples, tupleNames } from './increment/kept-tuples.js'
import { distinctValues } from './statistics.js'

export interface EncodeContext {
  readonly database: Database
  readonly config: Config
  readonly columns: CellColumns
  readonly lists: CellLists
  readonly badRows: BadRows
  /** Classes of the label in order, where the head has them. */
  readonly labels?: readonly string[] | undefined
  /** The days before and after, where they are prepared on their own. */
  readonly increment?: Increment | undefined
  onProgress(text: string): void
}

export interface EncodedExamples {
  readonly state: FeatureState
  readonly encoder: Encoder
  /** Where the ids and numbers of each row are; crosses are made of them when they are read. */
  readonly codes: CodeJoins
}

/** Learns from the training split where `state` is `null`, encodes every distinct value, and says where the codes of the rows are. */
export async function encodeExamples(context: EncodeContext, state: FeatureState | null): Promise<EncodedExamples> {
  const { database, config } = context
  const features = Object.keys(allFeatures(config))
  const tables = new Map(features.map((name, index) => [name, `values_${String(index)}`]))
  for (const [name, table] of tables) {
    const hasLast = state === null && needsAges(resolvedDeclaration(name, allFeatures(config)))
    await distinctValues(database, featureCells(context, name), { table, hasLast })
  }
  const columns = state?.columns ?? (await learnColumns(context, tables))
  const encoders = compileFeatures(config, { columns })
  const placed = new Set<string>()
  for (const [name, table] of tables) {
    context.onProgress(`encoding ${name}`)
    const encoder = encoders.get(name)
    if (!encoder) throw new Error(`internal: no encoder for ${name}`)
    const held = featureCells(context, name).map(({ column }) => column)
    const { bad, isPlaced } = await encodeValues(database, encoder, { values: table, held, target: `map_${table}` })
    if (isPlaced) placed.add(name)
    if (bad.count > 0) await reportBadCells(context, { name, table, bad })
    await database.run(`DROP TABLE ${table}`)
  }
  const codes = codeJoins(context, { tables, encoders, placed })
  const crosses = state?.crosses ?? (await learnCrosses(context, codes))
  const learned = { columns, crosses, ...(context.labels ? { labels: context.labels } : {}) }
  return { state: learned, encoder: createEncoder(config, learned), codes }
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
  const { config, badRows, database } = context
  badRows.cells += bad.count
  const weightsColumn = weightsColumnOf(name, allFeatures(config))
  const rows = await database.rows(
    `SELECT __file AS file, __row - (SELECT min(__row) FROM examples AS own WHERE own.__file = examples.__file) + 1 AS row,
       bad.value AS cell, ${weightsColumn === undefined ? 'NULL' : 'bad.weights'} AS weights
     FROM examples JOIN ${table} AS bad ON ${sameCells(featureCells(context, name), 'bad')} WHERE bad.rowid IN (${bad.keys.join(', ')}) ORDER BY __row LIMIT 2`,
  )
  for (const { file, row, cell, weights } of rows) {
    const value = `${name} is ${JSON.stringify(cell)}`
    const text = weightsColumn === undefined ? value : `${value} and ${weightsColumn} is ${JSON.stringify(weights)}`
    addOffender(badRows, `${basename(String(file))}, row ${String(row)}: ${text}`)
  }
}

async function learnCrosses(context: EncodeContext, codes: CodeJoins): Promise<Record<string, ColumnState>> {
  const states: Record<string, ColumnState> = {}
  const { database, increment } = context
  for (const [index, cross] of declaredCrosses(context.config.model).entries()) {
    context.onProgress(`learning ${cross.name}`)
    const own = tuplesSql(cross, codes)
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
function tuplesSql(cross: CrossDeclaration, codes: CodeJoins): string {
  const { features } = cross
  let rows = `SELECT ${features.map((name, index) => `${codes.cell(name)} AS t${String(index)}`).join(', ')} FROM examples ${codes.joins(features)} WHERE __split = 'train'`
  for (const [index, name] of features.entries()) {
    if (codes.isList(name)) rows = `SELECT * REPLACE (unnest(t${String(index)}) AS t${String(index)}) FROM (${rows})`
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
