/** Where the ids and numbers of a row's features are: in tables of distinct values, which rows find by what they hold, or by its place. */
import type { ColumnEncoder } from '../features/index.js'
import { quoteName } from '../sql/index.js'
import { encodedName, isWeighted, weightsName } from './encoded-names.js'
import type { FeatureContext } from './feature-cells.js'
import { placeSql } from './encode-values.js'
import { featureCells, sameCells } from './feature-cells.js'

export interface CodeJoins {
  /** The ids or numbers of a feature. */
  cell(name: string): string
  /** What rows of `examples` bring of a feature through a sort: codes that were joined, and the cells of those that are to be found. */
  carry(name: string): string[]
  /** All that the cache holds of a feature, under the cache's names, of rows that carry it. */
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
  readonly placed: ReadonlySet<string>
}

export function codeJoins(context: FeatureContext, { tables, encoders, placed }: CodeTables): CodeJoins {
  const mapOf = (name: string): string => `map_${tables.get(name) ?? ''}`
  const shapeOf = (name: string): ColumnEncoder['shape'] => {
    const encoder = encoders.get(name)
    if (!encoder) throw new Error(`internal: no encoder for ${name}`)
    return encoder.shape
  }
  const codeName = (name: string): string => quoteName(encodedName({ name, shape: shapeOf(name) }))
  const heldBy = (name: string): string => `examples.${featureCells(context, name)[0]?.held ?? ''}`
  const joined = (name: string): string => `${mapOf(name)}.code`
  const found = (name: string, cell: string): string => `(SELECT codes FROM ${mapOf(name)})[${placeSql(cell)}]`
  return {
    cell: (name) => (placed.has(name) ? found(name, heldBy(name)) : joined(name)),
    carry(name) {
      const code = `${placed.has(name) ? heldBy(name) : joined(name)} AS ${codeName(name)}`
      const weights = `${mapOf(name)}.code_weights AS ${quoteName(weightsName(name))}`
      return isWeighted(shapeOf(name)) ? [code, weights] : [code]
    },
    select(name) {
      const code = codeName(name)
      const codes = placed.has(name) ? `${found(name, code)} AS ${code}` : code
      return isWeighted(shapeOf(name)) ? [codes, quoteName(weightsName(name))] : [codes]
    },
    joins: (names) =>
      names
        .filter((name) => !placed.has(name))
        .map((name) => `LEFT JOIN ${mapOf(name)} ON ${sameCells(featureCells(context, name), mapOf(name))}`)
        .join(' '),
    isList(name) {
      const shape = shapeOf(name)
      return shape.kind === 'ids' && shape.isMultivalent
    },
  }
}
