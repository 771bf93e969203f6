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

export interface Encoder {
  /** Features in declared order, then crosses. */
  readonly columns: readonly EncodedColumn[]
  readonly features: ReadonlyMap<string, ColumnEncoder>
  readonly crosses: ReadonlyMap<string, CrossEncoder>
  /** Features and crosses of raw rows; a column that a row lacks is missing. */
  encode(rows: readonly RawRow[]): EncodedFeatures
  /** Features alone; `isWanted`: only those that it names. */
  encodeFeatures(rows: readonly RawRow[], isWanted?: (name: string) => boolean): EncodedFeatures
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
  const sources: Sources = new Map(
    Object.keys(declared).map((name) => [
      name,
      { values: sourceColumnOf(name, declared), weights: weightsColumnOf(name, declared) },
    ]),
  )
  const encodeFeatures: Encoder['encodeFeatures'] = (rows, isWanted) =>
    encodeRows(isWanted ? [...features].filter(([name]) => isWanted(name)) : features, sources, rows)
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

/** The columns of a request that each feature reads. */
type Sources = ReadonlyMap<string, { readonly values: string; readonly weights: string | undefined }>

function encodeRows(
  columns: Iterable<readonly [string, ColumnEncoder]>,
  sources: Sources,
  rows: readonly RawRow[],
): EncodedFeatures {
  const ids: Record<string, JaggedIds> = {}
  const numbers: Record<string, Float32Array> = {}
  for (const [name, column] of columns) {
    const { shape } = column
    const { values: source = name, weights: weightsSource } = sources.get(name) ?? {}
    // A catalogue stores values by feature, a request brings them by column.
    const valueOf = (row: RawRow): RawValue => (row[name] === undefined ? row[source] : row[name])
    if (shape.kind === 'ids') {
      const weights = weightsSource === undefined ? null : rows.map((row) => row[weightsSource])
      ids[name] = encodeIds(column, shape, { values: rows.map(valueOf), weights })
    } else {
      const values = new Float32Array(rows.length * shape.width)
      for (const [index, row] of rows.entries()) column.writeNumbers?.(valueOf(row), values, index * shape.width)
      numbers[name] = values
    }
  }
  return { rowCount: rows.length, ids, numbers }
}

interface RawCells {
  readonly values: readonly RawValue[]
  readonly weights: readonly RawValue[] | null
}

function encodeIds(column: ColumnEncoder, { isMultivalent, isWeighted }: IdsShape, cells: RawCells): JaggedIds {
  const ids: number[] = []
  const weights: number[] = []
  const offsets = new Int32Array(cells.values.length + 1)
  for (const [index, value] of cells.values.entries()) {
    column.appendIds?.(value, ids, weights, cells.weights?.[index])
    offsets[index + 1] = ids.length
  }
  return {
    ids: Int32Array.from(ids),
    offsets: isMultivalent ? offsets : null,
    weights: isWeighted ? Float32Array.from(weights) : null,
  }
}
