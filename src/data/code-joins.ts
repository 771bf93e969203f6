/** Where the ids and numbers of a row's features are: in tables of distinct values, which rows find by what they hold or by its place. */
import type { ColumnEncoder } from '../features/index.js'
import { quoteName } from '../sql/index.js'
import { encodedName, isWeighted, weightsName } from './encoded-names.js'
import { placeSql } from './encode-values.js'
import type { FeatureContext } from './feature-cells.js'
import { featureCells, sameCells } from './feature-cells.js'

export interface CodeJoins {
  /** The ids or numbers of a feature. */
  cell(name: string): string
  /** All that the cache holds of a feature, under the cache's names. */
  select(name: string): string[]
  /** What `examples` is joined with for some features. */
  joins(names: readonly string[]): string
  isList(name: string): boolean
}

export interface CodeTables {
  /** Tables of distinct values by feature; `map_<table>` says what they became. */
  readonly tables: ReadonlyMap<string, string>
  readonly encoders: ReadonlyMap<string, ColumnEncoder>
  /** Features whose codes are found by the place of their text in an enumeration. */
  readonly lookups: ReadonlySet<string>
}

export function codeJoins(context: FeatureContext, { tables, encoders, lookups }: CodeTables): CodeJoins {
  const mapOf = (name: string): string => `map_${tables.get(name) ?? ''}`
  const shapeOf = (name: string): ColumnEncoder['shape'] => {
    const encoder = encoders.get(name)
    if (!encoder) throw new Error(`internal: no encoder for ${name}`)
    return encoder.shape
  }
  const cell = (name: string): string => {
    if (!lookups.has(name)) return `${mapOf(name)}.code`
    return `(SELECT codes FROM ${mapOf(name)})[${placeSql(`examples.${featureCells(context, name)[0]?.held ?? ''}`)}]`
  }
  return {
    cell,
    select(name) {
      const shape = shapeOf(name)
      const code = `${cell(name)} AS ${quoteName(encodedName({ name, shape }))}`
      return isWeighted(shape) ? [code, `${mapOf(name)}.code_weights AS ${quoteName(weightsName(name))}`] : [code]
    },
    joins: (names) =>
      names
        .filter((name) => !lookups.has(name))
        .map((name) => `LEFT JOIN ${mapOf(name)} ON ${sameCells(featureCells(context, name), mapOf(name))}`)
        .join(' '),
    isList(name) {
      const shape = shapeOf(name)
      return shape.kind === 'ids' && shape.isMultivalent
    },
  }
}
