/** Which cells of the table `examples` a feature reads: its values, and the weights of a weighted list beside them. */
import type { Config } from '../features/index.js'
import { allFeatures, weightsColumnOf } from '../features/index.js'
import type { CellColumns } from './examples.js'

export interface FeatureCells {
  readonly value: string
  /** `undefined` for a feature without weights. */
  readonly weights: string | undefined
}

export function featureCells(config: Config, columns: CellColumns, name: string): FeatureCells {
  const weights = weightsColumnOf(name, allFeatures(config))
  return {
    value: columns.get(name) ?? 'NULL',
    weights: weights === undefined ? undefined : (columns.get(weights) ?? 'NULL'),
  }
}

/** The condition that a row of `examples` has the value (and the weights) of a row of a table of distinct ones. */
export function sameCells({ value, weights }: FeatureCells, table: string): string {
  const isSame = (cell: string, column: string): string => `examples.${cell} IS NOT DISTINCT FROM ${table}.${column}`
  return [isSame(value, 'value'), ...(weights === undefined ? [] : [isSame(weights, 'weights')])].join(' AND ')
}
