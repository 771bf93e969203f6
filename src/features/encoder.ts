/** The one encoder: raw values to ids and numbers, in preparation, training, evaluation and serving. */
import type { ColumnEncoder, ColumnState, RawValue } from './column.js'
import { kindOf } from './columns/index.js'
import {
  allFeatures,
  declaredCrosses,
  resolvedDeclaration,
  sourceColumnOf,
  stateOwner,
  weightsColumnOf,
} from './config-access.js'
import type { CrossEncoder } from './cross.js'
import { compileCross, crossLearns } from './cross.js'
import type { EncodedColumn, EncodedFeatures, IdsShape, JaggedIds } from './encoded-batch.js'
import { stateMissing } from './errors.js'
import type { Config } from './feature-spec.js'
import type { FeatureState } from './feature-state.js'
import type { RawRow } from './raw-row.js'

export type RowsEncoder = (rows: readonly RawRow[]) => EncodedFeatures

export interface Encoder {
  /** Features in declared order, then crosses. */
  readonly columns: readonly EncodedColumn[]
  readonly features: ReadonlyMap<string, ColumnEncoder>
  readonly crosses: ReadonlyMap<string, CrossEncoder>
  /** Features and crosses of raw rows; a column that a row lacks is missing. */
  encode(rows: readonly RawRow[]): EncodedFeatures
  /** Features alone. */
  encodeFeatures: RowsEncoder
  /** The same for some of the features, which are looked up once. */
  encoderOf(isWanted: (name: string) => boolean): RowsEncoder
  /** Adds the crosses to encoded features. */
  withCrosses(features: EncodedFeatures): EncodedFeatures
}

/** Compiles a config with what was learned; throws `FEATURES_STATE_MISSING` for a column that the state lacks. */
export function createEncoder(config: Pick<Config, 'features' | 'model'>, state: FeatureState): Encoder {
  const features = compileFeatures(config, state)
  const crosses = new Map(
    declaredCrosses(config.model).map((declaration) => {
      const isMultivalent = declaration.features.some((name) => isMultivalentColumn(features.get(name)))
      const learned = crossLearns(declaration) ? stateOf(state.crosses, declaration.name) : { json: {}, arrays: {} }
      return [declaration.name, compileCross(declaration, learned, isMultivalent)] as const
    }),
  )
  const declared = allFeatures(config)
  const read = [...features].map(([name, column]) => ({
    name,
    column,
    source: sourceColumnOf(name, declared),
    weights: weightsColumnOf(name, declared),
  }))
  const encodeFeatures: RowsEncoder = (rows) => encodeRows(read, rows)
  const withCrosses = (encoded: EncodedFeatures): EncodedFeatures => {
    if (crosses.size === 0) return encoded
    const ids: Record<string, JaggedIds> = { ...encoded.ids }
    for (const [name, cross] of crosses) ids[name] = cross.encode(encoded)
    return { ...encoded, ids }
  }
  return {
    columns: [...features, ...crosses].map(([name, { shape }]) => ({ name, shape })),
    features,
    crosses,
    encodeFeatures,
    encoderOf(isWanted) {
      const own = read.filter(({ name }) => isWanted(name))
      return (rows) => encodeRows(own, rows)
    },
    withCrosses,
    encode: (rows) => withCrosses(encodeFeatures(rows)),
  }
}

/** The encoders of the features alone, as preparation needs them before any cross is learned. */
export function compileFeatures(
  config: Pick<Config, 'features'>,
  state: Pick<FeatureState, 'columns'>,
): Map<string, ColumnEncoder> {
  const declared = allFeatures(config)
  return new Map(
    Object.keys(declared).map((name) => {
      const declaration = resolvedDeclaration(name, declared)
      return [
        name,
        kindOf(declaration).compile(declaration, stateOf(state.columns, stateOwner(name, declared))),
      ] as const
    }),
  )
}

const isMultivalentColumn = (column: ColumnEncoder | undefined): boolean =>
  column?.shape.kind === 'ids' && column.shape.isMultivalent

function stateOf(states: Readonly<Record<string, ColumnState>>, column: string): ColumnState {
  const state = states[column]
  if (!state) throw stateMissing({ column })
  return state
}

/** A feature, and the columns of a request that it reads. */
interface ReadColumn {
  readonly name: string
  readonly column: ColumnEncoder
  readonly source: string
  /** Of the weights beside its values. */
  readonly weights: string | undefined
}

/** Plain loops: a request's row has some dozens of columns, and nothing else to share the time of a call. */
function encodeRows(columns: readonly ReadColumn[], rows: readonly RawRow[]): EncodedFeatures {
  const ids: Record<string, JaggedIds> = {}
  const numbers: Record<string, Float32Array> = {}
  for (const read of columns) {
    const { shape } = read.column
    if (shape.kind === 'ids') ids[read.name] = encodeIds(read, shape, rows)
    else numbers[read.name] = encodeNumbers(read, shape.width, rows)
  }
  return { rowCount: rows.length, ids, numbers }
}

/** A catalogue stores values by feature, a request brings them by column. */
const valueOf = ({ name, source }: ReadColumn, row: RawRow): RawValue =>
  row[name] === undefined ? row[source] : row[name]

function encodeNumbers(read: ReadColumn, width: number, rows: readonly RawRow[]): Float32Array {
  const values = new Float32Array(rows.length * width)
  let at = 0
  for (const row of rows) {
    read.column.writeNumbers?.(valueOf(read, row), values, at)
    at += width
  }
  return values
}

function encodeIds(read: ReadColumn, { isMultivalent, isWeighted }: IdsShape, rows: readonly RawRow[]): JaggedIds {
  const { column, weights: weightsColumn } = read
  const ids: number[] = []
  const weights: number[] = []
  const offsets = isMultivalent ? new Int32Array(rows.length + 1) : null
  let end = 0
  for (const row of rows) {
    column.appendIds?.(valueOf(read, row), ids, weights, weightsColumn === undefined ? undefined : row[weightsColumn])
    if (offsets) offsets[++end] = ids.length
  }
  return { ids: new Int32Array(ids), offsets, weights: isWeighted ? new Float32Array(weights) : null }
}
