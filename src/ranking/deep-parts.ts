/** The deep part of a logit by column: multipliers times differences from the baseline, told apart by the input layout. */
import type { Combiner } from '../features/index.js'
import type { Bundle, InputLayout } from '../model/index.js'
import type { ExplainedRow, NamedId } from './explained-row.js'
import { coefficients } from './explained-row.js'
import type { ExplanationPart } from './explanation.js'
import { namedValues } from './named-values.js'

type DeepLayout = NonNullable<InputLayout['deep']>

export interface DeepAttribution {
  readonly row: ExplainedRow
  readonly baseline: ExplainedRow
  /** What a unit of difference of each element of the deep input adds to the logit. */
  readonly multipliers: Float64Array
  /** The deep inputs of both rows. */
  readonly values: Float64Array
  readonly baselineValues: Float64Array
}

/** One part for each column, and for each element of a list. */
export function deepParts(bundle: Bundle, attribution: DeepAttribution): ExplanationPart[] {
  const { deep } = bundle.layout
  if (!deep) return []
  return [
    ...deep.parts.flatMap((part) => embeddingParts(bundle, part, attribution)),
    ...deep.indicators.flatMap((part) => indicatorParts(part, attribution)),
    ...deep.numbers.map(({ column, offset, width }) =>
      part(column, attribution.row.textOf(column), moved(attribution, offset, width)),
    ),
    ...deep.sequences.flatMap((sequence) => sequenceParts(sequence, attribution)),
  ]
}

const part = (column: string, name: string | null, contribution: number): ExplanationPart => ({
  kind: 'deep',
  ...namedValues([column], [name]),
  contribution,
})

/** Σ multiplier · (value − baseline) over some elements of the input. */
function moved({ multipliers, values, baselineValues }: DeepAttribution, offset: number, width: number): number {
  let sum = 0
  for (let i = offset; i < offset + width; i++)
    sum += (multipliers[i] ?? 0) * ((values[i] ?? 0) - (baselineValues[i] ?? 0))
  return sum
}

interface ElementValues {
  readonly column: string
  readonly combiner: Combiner
  readonly offset: number
  readonly width: number
  /** What the multipliers make of one id that counts 1. */
  perId(id: number): number
}

/** Combiners are linear, so a list is the sum of its elements; a column with one value is one part. */
function combinedParts(values: ElementValues, attribution: DeepAttribution): ExplanationPart[] {
  const { column, offset, width } = values
  const { row, baseline } = attribution
  const ids = row.idsOf(column)
  if (!row.isList(column) || ids.length === 0)
    return [part(column, ids[0]?.name ?? null, moved(attribution, offset, width))]
  const contributions = elementContributions(values, row)
  const elements = ids.map(({ name }, element) => ({
    ...part(column, name, contributions[element] ?? 0),
    element,
  }))
  const instead = elementContributions(values, baseline).reduce((sum, one) => sum - one, 0)
  return instead === 0 ? elements : [...elements, part(column, null, instead)]
}

function elementContributions({ column, combiner, perId }: ElementValues, { features }: ExplainedRow): number[] {
  const jagged = features.ids[column]
  if (!jagged) return []
  return coefficients(jagged, combiner).map((share, index) => share * perId(jagged.ids[index] ?? 0))
}

function embeddingParts(
  bundle: Bundle,
  { column, table, offset, dimension, combiner }: DeepLayout['parts'][number],
  attribution: DeepAttribution,
): ExplanationPart[] {
  const perId = (id: number): number =>
    bundle.readRow(table, id).reduce((sum, value, k) => sum + value * (attribution.multipliers[offset + k] ?? 0), 0)
  return combinedParts({ column, combiner, offset, width: dimension, perId }, attribution)
}

function indicatorParts(
  { column, offset, width }: DeepLayout['indicators'][number],
  attribution: DeepAttribution,
): ExplanationPart[] {
  const perId = (id: number): number => attribution.multipliers[offset + id] ?? 0
  // Indicators count weights as they are.
  return combinedParts({ column, combiner: 'sum', offset, width, perId }, attribution)
}

/** A list that enters value by value: each of its places is an element, its mask included. */
function sequenceParts(
  { column, length, dimension, offset, maskOffset }: DeepLayout['sequences'][number],
  attribution: DeepAttribution,
): ExplanationPart[] {
  const ids: readonly NamedId[] = attribution.row.idsOf(column)
  const places = Array.from({ length }, (_, place) => {
    const contribution =
      moved(attribution, offset + place * dimension, dimension) + moved(attribution, maskOffset + place, 1)
    // The newest value stands first.
    const element = ids.length - 1 - place
    const own = ids[element]
    return own ? { ...part(column, own.name, contribution), element } : part(column, null, contribution)
  })
  const told = places.filter(({ element, contribution }) => element !== undefined || contribution !== 0)
  return told.length > 0 ? told.reverse() : [part(column, null, 0)]
}
