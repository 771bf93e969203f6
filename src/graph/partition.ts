/**
 * One graph as three: what depends on the item alone is computed once for each item, what depends on the request alone once for
 * each request, and the rest for each pair of them. Linear operations keep a tensor of both as a sum of an item's and a request's
 * tensor; what is not linear ends the sum. The result is the same function.
 */
import { reverseOrder } from './differentiate.js'
import { elementCount } from './shapes.js'
import type { Boundary } from './splitter.js'
import { Splitter } from './splitter.js'
import type { Side, SplitValue } from './split.js'
import type { Dimension, Shape, Tensor } from './tensor.js'
import { inputOp } from './tensor.js'

/** Columns of an input side by side, or summands that make it up. All other inputs are parameters. */
export type InputSides =
  | { readonly columns: readonly { readonly side: Side; readonly width: number }[] }
  | { readonly summands: readonly Side[] }

export interface Partition {
  /** The boundary tensors, by the names of the pairs' inputs. */
  readonly item: Readonly<Record<string, Tensor>>
  readonly request: Readonly<Record<string, Tensor>>
  /** The outputs that were asked for. Inputs keep their names in every graph, with that side's columns alone. */
  readonly pair: Readonly<Record<string, Tensor>>
  readonly boundaries: readonly Boundary[]
  /** Multiplications of matrix products for one row. */
  readonly multiplications: Readonly<Record<Side | 'plain', number>>
}

/** Splits the graph of some outputs, whose first axis is the batch. */
export function partition(
  outputs: Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, InputSides>>,
): Partition {
  const tensors = reverseOrder(...Object.values(outputs)).reverse()
  const rowsOf = rowCounts(tensors)
  const splitter = new Splitter(rowsOf)
  const values = new Map<Tensor, SplitValue>()
  for (const tensor of tensors) values.set(tensor, split(tensor, { values, inputs, splitter }))
  const pair = Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => {
      const value = values.get(tensor)
      return [name, splitter.as(value ? splitter.join(value) : {}, 'pair', false)]
    }),
  )
  const boundaries = [...splitter.boundaries.values()]
  const of = (side: Side): Record<string, Tensor> =>
    Object.fromEntries(
      boundaries.flatMap(({ boundary, source }) => (boundary.side === side ? [[boundary.name, source]] : [])),
    )
  const [item, request] = [of('item'), of('request')]
  const count = (graph: Readonly<Record<string, Tensor>>): number => multiplicationsOf(graph, rowsOf)
  return {
    item,
    request,
    pair,
    boundaries: boundaries.map(({ boundary }) => boundary),
    multiplications: { plain: count(outputs), item: count(item), request: count(request), pair: count(pair) },
  }
}

interface Splitting {
  readonly values: ReadonlyMap<Tensor, SplitValue>
  readonly inputs: Readonly<Record<string, InputSides>>
  readonly splitter: Splitter
}

function split(tensor: Tensor, { values, inputs, splitter }: Splitting): SplitValue {
  if (tensor.op === inputOp) return splitInput(tensor, inputs[String(tensor.attributes['name'])], splitter)
  const operands = tensor.inputs.map((input) => values.get(input) ?? splitter.whole(input.shape, {}))
  const parts = operands.flatMap(({ segments }) => segments.map((segment) => segment.parts))
  const sides = new Set(parts.flatMap((own) => Object.keys(own)))
  sides.delete('constant')
  if (sides.size <= 1 && operands.every(({ segments }) => segments.length === 1))
    return splitter.whole(tensor.shape, splitter.apply(tensor, parts))
  return tensor.op.split?.(tensor, operands, splitter) ?? splitter.together(tensor, operands)
}

function splitInput(tensor: Tensor, sides: InputSides | undefined, splitter: Splitter): SplitValue {
  const { shape, attributes } = tensor
  const name = String(attributes['name'])
  if (!sides) return splitter.whole(shape, { constant: splitter.graphs.constant.input(name, shape) })
  if ('summands' in sides)
    return splitter.whole(
      shape,
      Object.fromEntries(sides.summands.map((side) => [side, splitter.graphs[side].input(name, shape)])),
    )
  const axis = shape.length - 1
  const taken = { item: 0, request: 0, pair: 0 }
  const total = (side: Side): number =>
    sides.columns.reduce((sum, column) => sum + (column.side === side ? column.width : 0), 0)
  const segments = sides.columns.map(({ side, width }) => {
    const input = splitter.graphs[side].input(name, [...shape.slice(0, -1), total(side)])
    const start = taken[side]
    taken[side] += width
    return { size: width, parts: splitter.cut({ [side]: input }, axis, [start, start + width]) }
  })
  return splitter.value(shape, axis, segments)
}

/** How many rows of each symbolic size one row of the batch has: sizes are renamed where tensors are reshaped. */
function rowCounts(tensors: readonly Tensor[]): (size: Dimension) => number {
  const rows = new Map<Dimension, number>([['batch', 1]])
  const symbolOf = (shape: Shape): Dimension | undefined => shape.find((size) => typeof size !== 'number')
  for (const { shape, inputs } of tensors) {
    const symbol = symbolOf(shape)
    const [from] = inputs.filter((input) => symbolOf(input.shape) !== undefined)
    if (symbol === undefined || rows.has(symbol) || !from) continue
    rows.set(symbol, ((rows.get(symbolOf(from.shape) ?? 1) ?? 1) * elementCount(from.shape)) / elementCount(shape))
  }
  return (size) => rows.get(size) ?? 1
}

function multiplicationsOf(outputs: Readonly<Record<string, Tensor>>, rowsOf: (size: Dimension) => number): number {
  return reverseOrder(...Object.values(outputs)).reduce((sum, tensor) => {
    const symbol = tensor.shape.find((size) => typeof size !== 'number')
    // Products of parameters alone are made once for all.
    return symbol === undefined ? sum : sum + rowsOf(symbol) * (tensor.op.multiplications?.(tensor) ?? 0)
  }, 0)
}
