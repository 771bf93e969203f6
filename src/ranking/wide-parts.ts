/** The wide part of a logit, exactly: every weight that a row meets, one part each. */
import type { Bundle } from '../model/index.js'
import { inputNames } from '../model/index.js'
import type { ExplainedRow, NamedId } from './explained-row.js'
import { coefficients } from './explained-row.js'
import type { ExplanationPart } from './explanation.js'
import { namedValues } from './named-values.js'

/** By input of the network: what a unit of each element adds to the logit. */
export type InputMultipliers = Readonly<Record<string, Float64Array>>

/** Weights of ids and crosses, then those of numbers. */
export function wideParts(bundle: Bundle, explained: ExplainedRow, multipliers: InputMultipliers): ExplanationPart[] {
  const { wide } = bundle.layout
  if (!wide) return []
  const toLogit = multipliers[inputNames.wide] ?? new Float64Array(0)
  const sparse = wide.parts.flatMap(({ table, column, combiner }) => {
    const jagged = explained.features.ids[column]
    if (!jagged) return []
    const shares = coefficients(jagged, combiner)
    return valuesOf(bundle, explained, column).map((value, index): ExplanationPart => {
      const weights = bundle.readRow(table, jagged.ids[index] ?? 0)
      const weight = toLogit.reduce((sum, multiplier, place) => sum + multiplier * (weights[place] ?? 0), 0)
      return { ...value, contribution: weight * (shares[index] ?? 0), weight }
    })
  })
  return [...sparse, ...numberParts(bundle, explained, multipliers[inputNames.wideNumbers] ?? new Float64Array(0))]
}

function numberParts({ layout }: Bundle, explained: ExplainedRow, weights: Float64Array): ExplanationPart[] {
  return (layout.wide?.numbers ?? []).map(({ column, offset, width }): ExplanationPart => {
    const numbers = explained.features.numbers[column] ?? new Float32Array(width)
    const contribution = numbers.reduce((sum, number, place) => sum + number * (weights[offset + place] ?? 0), 0)
    const named = namedValues([column], [explained.textOf(column)])
    return { kind: 'wide', ...named, contribution, weight: weights[offset] ?? 0 }
  })
}

type Value = Pick<ExplanationPart, 'kind' | 'columns' | 'values' | 'value' | 'isKnown' | 'seen' | 'element'>

/** What each id of a wide column stands for, in the order of the encoded ids. */
function valuesOf(bundle: Bundle, explained: ExplainedRow, column: string): Value[] {
  const cross = bundle.encoder.crosses.get(column)
  if (!cross) {
    const isList = explained.isList(column)
    return explained.idsOf(column).map(({ name, isKnown, seen }, index) => ({
      kind: 'wide',
      ...namedValues([column], [name]),
      isKnown,
      seen,
      ...(isList ? { element: index } : {}),
    }))
  }
  const { features } = cross.declaration
  const ids = explained.features.ids[column]?.ids ?? new Int32Array(0)
  return tuples(features.map((name) => explained.idsOf(name))).map((tuple, index) => ({
    kind: 'cross',
    ...namedValues(
      features,
      tuple.map(({ name }) => name),
    ),
    isKnown: cross.tupleOf(ids[index] ?? 0) !== undefined,
    seen: cross.seenOf(ids[index] ?? 0) ?? null,
  }))
}

/** The cartesian product as a cross encodes it: the last feature turns fastest. */
function tuples(sides: readonly (readonly NamedId[])[]): NamedId[][] {
  return sides.reduce<NamedId[][]>((lists, side) => lists.flatMap((list) => side.map((id) => [...list, id])), [[]])
}
