/** Which cells of the table `examples` a feature reads: its values, and the weights of a weighted list beside them. */
import type { Config } from '../features/index.js'
import { allFeatures, weightsColumnOf } from '../features/index.js'
import type { CellColumns } from './examples.js'

/** A list that rows hold by its key alone: many rows have the same one. */
export interface CellList {
  /** Table of each list once: `key`, `items`. */
  readonly table: string
  /** Column of `examples`. */
  readonly key: string
}

/** Lists by the cells that stand for them. */
export type CellLists = ReadonlyMap<string, CellList>

/** The list itself, for who asks few rows or has time. */
export const listCell = ({ table, key }: CellList): string =>
  `(SELECT items FROM ${table} WHERE ${table}.key = examples.${key})`

export interface FeatureCell {
  /** Column of `examples`. */
  readonly held: string
  /** Column of a table of distinct values with what rows hold: that of the values themselves, unless those are lists behind a key. */
  readonly column: string
  /** Of the values in that table. */
  readonly name: 'value' | 'weights'
  readonly list: CellList | undefined
}

/** The values' cell; behind it that of the weights, where a feature has some. */
export type FeatureCells = readonly FeatureCell[]

/** Where features find their cells. */
export interface FeatureContext {
  readonly config: Config
  readonly columns: CellColumns
  readonly lists: CellLists
}

export function featureCells({ config, columns, lists }: FeatureContext, feature: string): FeatureCells {
  const weights = weightsColumnOf(feature, allFeatures(config))
  const cell = (name: FeatureCell['name'], source: string): FeatureCell => {
    const held = columns.get(source) ?? 'NULL'
    const list = lists.get(held)
    return { held: list?.key ?? held, column: list ? `key_of_${name}` : name, name, list }
  }
  return [cell('value', feature), ...(weights === undefined ? [] : [cell('weights', weights)])]
}

/** The condition that a row of `examples` has the value (and the weights) of a row of a table of distinct ones. */
export const sameCells = (cells: FeatureCells, table: string): string =>
  cells.map(({ held, column }) => `examples.${held} IS NOT DISTINCT FROM ${table}.${column}`).join(' AND ')
