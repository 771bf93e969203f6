/** The inputs of a model by where they come from: the item, the request, or both at once. */
import type { Config } from '../features/index.js'
import { declaredCrosses, featureGroups, pairFeatures } from '../features/index.js'
import type { InputSides, Side } from '../graph/index.js'
import type { DeepLayout, DensePart, InputLayout, WideLayout } from './input-layout.js'
import { inputNames } from './input-names.js'

const sides: readonly Side[] = ['item', 'request', 'pair']

/** The side of every feature and cross: features outside the group `item` belong to the request, or to its pairs with items. */
export function columnSides(config: Pick<Config, 'data' | 'features' | 'model'>): ReadonlyMap<string, Side> {
  const { user = {}, context = {}, item = {} } = featureGroups(config)
  const result = new Map<string, Side>()
  for (const name of Object.keys({ ...user, ...context })) result.set(name, 'request')
  for (const name of Object.keys(item)) result.set(name, 'item')
  for (const name of pairFeatures(config)) result.set(name, 'pair')
  for (const { name, features } of declaredCrosses(config.model)) {
    const [first = 'request', ...others] = new Set(features.map((feature) => result.get(feature) ?? 'request'))
    result.set(name, others.length > 0 ? 'pair' : first)
  }
  return result
}

export interface SplitLayout {
  /** Each side's columns, closed up. */
  readonly layouts: Readonly<Record<Side, InputLayout>>
  /** What the graph's inputs are made of. */
  readonly inputs: Readonly<Record<string, InputSides>>
}

/** Splits a layout by the side of its columns. */
export function splitLayout(layout: InputLayout, sideOf: (column: string) => Side): SplitLayout {
  const { tables, wide, deep } = layout
  const columnsOf = (all: readonly Block[]): InputSides => ({
    columns: [...all].sort((a, b) => a.offset - b.offset).map(({ column, width }) => ({ side: sideOf(column), width })),
  })
  const own = (side: Side): InputLayout => ({
    tables,
    wide: wide && ownWide(wide, (column) => sideOf(column) === side),
    deep: deep && ownDeep(deep, (column) => sideOf(column) === side),
  })
  const summands = sides.filter((side) => wide?.parts.some(({ column }) => sideOf(column) === side))
  return {
    layouts: { item: own('item'), request: own('request'), pair: own('pair') },
    inputs: {
      [inputNames.wide]: { summands },
      [inputNames.wideNumbers]: columnsOf(wide?.numbers ?? []),
      [inputNames.deep]: columnsOf(deep ? blocksOf(deep) : []),
    },
  }
}

/** The layout without some columns of the deep input, whose others close up. */
export const withoutColumns = (layout: InputLayout, columns: ReadonlySet<string>): InputLayout => ({
  ...layout,
  deep: layout.deep && ownDeep(layout.deep, (column) => !columns.has(column)),
})

/** Columns of the deep input that one feature fills. */
type Block = DensePart

function blocksOf({ parts, indicators, numbers, sequences }: DeepLayout): Block[] {
  return [
    ...parts.map(({ column, offset, dimension }) => ({ column, offset, width: dimension })),
    ...indicators,
    ...numbers,
    ...sequences.flatMap(({ column, offset, length, dimension, maskOffset }) => [
      { column, offset, width: length * dimension },
      { column, offset: maskOffset, width: length },
    ]),
  ]
}

type IsOwn = (column: string) => boolean

function ownWide(wide: WideLayout, isOwn: IsOwn): WideLayout | null {
  const parts = wide.parts.filter(({ column }) => isOwn(column))
  const { place, width } = closedUp(wide.numbers.filter(({ column }) => isOwn(column)))
  const numbers = wide.numbers
    .filter(({ column }) => isOwn(column))
    .map((part) => ({ ...part, offset: place(part.offset) }))
  return parts.length + numbers.length > 0 ? { ...wide, parts, numbers, numberWidth: width } : null
}

function ownDeep(deep: DeepLayout, isOwn: IsOwn): DeepLayout | null {
  const { place, width } = closedUp(blocksOf(deep).filter(({ column }) => isOwn(column)))
  const own = <P extends { readonly column: string; readonly offset: number }>(parts: readonly P[]): P[] =>
    parts.filter(({ column }) => isOwn(column)).map((part) => ({ ...part, offset: place(part.offset) }))
  if (width === 0) return null
  const { parts, indicators, numbers, sequences } = deep
  return {
    parts: own(parts),
    indicators: own(indicators),
    numbers: own(numbers),
    sequences: own(sequences).map((part) => ({ ...part, maskOffset: place(part.maskOffset) })),
    plainWidth: width,
    width,
  }
}

/** New offsets of some blocks without the gaps between them. */
function closedUp(blocks: readonly Block[]): { place: (offset: number) => number; width: number } {
  const places = new Map<number, number>()
  let width = 0
  for (const block of [...blocks].sort((a, b) => a.offset - b.offset)) {
    places.set(block.offset, width)
    width += block.width
  }
  return { place: (offset) => places.get(offset) ?? 0, width }
}
