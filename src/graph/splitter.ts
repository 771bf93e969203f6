/** The tools of the split rules: one graph for each kind, and the boundary between them. */
import { add } from './ops/add.js'
import { concat } from './ops/concat.js'
import { matmul } from './ops/matmul.js'
import { pad } from './ops/pad.js'
import { slice, sliceOp } from './ops/slice.js'
import { dimensionAt, elementCount } from './shapes.js'
import { isConstant } from './split-rules.js'
import type { Kind, Parts, Piece, Segment, SplitContext, SplitValue } from './split.js'
import type { Attributes, Dimension, Shape, Tensor } from './tensor.js'
import { Graph } from './tensor.js'

/** A tensor of one side that the pairs' graph takes as an input. */
export interface Boundary {
  readonly name: string
  readonly side: 'item' | 'request'
  /** Floats of one row. */
  readonly width: number
  /** Of the pairs' input: the first size is symbolic, or 1 for a request's row that is the same for all candidates. */
  readonly shape: Shape
}

const kinds = ['item', 'request', 'pair', 'constant'] as const
type Present = readonly [Kind, Tensor]

const entries = (parts: Parts): Present[] =>
  kinds.flatMap((kind): Present[] => (parts[kind] ? [[kind, parts[kind]]] : []))

/** The side where some tensors come together. */
function kindOf(all: readonly Parts[]): Kind {
  const [first = 'constant', ...others] = new Set(
    all.flatMap(entries).flatMap(([kind]) => (kind === 'constant' ? [] : [kind])),
  )
  return others.length > 0 ? 'pair' : first
}

export class Splitter implements SplitContext {
  readonly graphs: Record<Kind, Graph> = {
    item: new Graph(),
    request: new Graph(),
    pair: new Graph(),
    constant: new Graph(),
  }
  readonly boundaries = new Map<string, { boundary: Boundary; source: Tensor; input: Tensor }>()
  private readonly copies = new Map<Graph, Map<Tensor, Tensor>>()

  /** `rowsOf` tells how many rows of a symbolic size one row of the batch has. */
  constructor(private readonly rowsOf: (size: Dimension) => number) {}

  apply(tensor: Tensor, operands: readonly Parts[], attributes: Attributes = tensor.attributes): Parts {
    const kind = kindOf(operands)
    const inputs = operands.map((parts) => this.as(parts, kind, tensor.op.isElementwise === true))
    return { [kind]: this.graphs[kind].node(tensor.op, inputs, attributes) }
  }

  together(tensor: Tensor, operands: readonly SplitValue[]): SplitValue {
    const inputs = operands.map(({ segments, axis }) => {
      const [first] = segments
      if (first && segments.length === 1) return this.as(first.parts, 'pair', tensor.op.isElementwise === true)
      return glue(
        segments.map(({ parts }) => this.as(parts, 'pair', false)),
        axis,
      )
    })
    return this.whole(tensor.shape, { pair: this.graphs.pair.node(tensor.op, inputs, tensor.attributes) })
  }

  map(parts: Parts, f: (part: Tensor, kind: Kind) => Tensor): Parts {
    return Object.fromEntries(entries(parts).map(([kind, part]) => [kind, f(part, kind)]))
  }

  sum(a: Parts, b: Parts, shape: Shape): Parts {
    if (isConstant(a) && isConstant(b)) return { constant: add(a.constant, b.constant) }
    if (isConstant(a)) return this.addConstant(b, a.constant, shape)
    if (isConstant(b)) return this.addConstant(a, b.constant, shape)
    const both = { ...a, ...b }
    const added = this.map(both, (part, kind) => {
      const [left, right] = [a[kind], b[kind]]
      return left && right ? add(left, right) : part
    })
    return this.spread(added, shape)
  }

  /** A constant joins the request's part, which is made once a request, else the item's. */
  private addConstant(parts: Parts, constant: Tensor, shape: Shape): Parts {
    const full = this.spread(parts, shape)
    const [kind] = (['request', 'item', 'pair'] as const).filter((one) => full[one])
    const own = kind && full[kind]
    return own ? { ...full, [kind]: add(own, this.constantIn(constant, kind)) } : { constant }
  }

  spread(parts: Parts, shape: Shape): Parts {
    return this.map(parts, (part) => {
      const isFull =
        part.shape.length === shape.length &&
        shape.every((size, i) => typeof size !== 'number' || part.shape[i] === size)
      if (isFull) return part
      const sizes = shape.map((size) => (typeof size === 'number' ? size : 1))
      return add(part, part.graph.constant(Array<number>(elementCount(sizes)).fill(0), sizes))
    })
  }

  cut(parts: Parts, axis: number, [start, end]: readonly [number, number]): Parts {
    return this.map(parts, (part) => {
      if (start === 0 && end === dimensionAt(part.shape, axis)) return part
      const [base] = part.inputs
      if (part.op !== sliceOp || part.attributes['axis'] !== axis || !base) return slice(part, axis, start, end)
      const first = Number(part.attributes['start'])
      return slice(base, axis, first + start, first + end)
    })
  }

  align(tensor: Tensor, operands: readonly SplitValue[]): { axis: number; pieces: readonly Piece[] } {
    const segmented = operands.find(({ segments }) => segments.length > 1)
    const fromEnd = segmented ? segmented.shape.length - segmented.axis : 0
    const isAlong = (value: SplitValue): boolean =>
      value.segments.length > 1 && value.shape.length - value.axis === fromEnd
    const ends = new Set(operands.filter(isAlong).flatMap(({ segments }) => endsOf(segments)))
    const axis = tensor.shape.length - fromEnd
    if (!segmented)
      return { axis, pieces: [{ size: 0, shape: tensor.shape, operands: operands.map((value) => this.join(value)) }] }
    const sorted = [...ends].sort((a, b) => a - b)
    const pieces = sorted.map((end, index) => {
      const range = [sorted[index - 1] ?? 0, end] as const
      const size = range[1] - range[0]
      const own = operands.map((value) =>
        isAlong(value) ? this.within(value, range) : this.across(value, fromEnd, range),
      )
      return { size, shape: tensor.shape.map((old, i) => (i === axis ? size : old)), operands: own }
    })
    return { axis, pieces }
  }

  /** Columns of a value, none of which lies in two segments. */
  private within({ segments, axis }: SplitValue, [start, end]: readonly [number, number]): Parts {
    const last = endsOf(segments)
    const index = last.findIndex((one) => one > start)
    const { parts, size } = segments[index] ?? { parts: {}, size: 0 }
    const first = (last[index] ?? 0) - size
    return this.cut(parts, axis, [start - first, end - first])
  }

  /** Columns of a value that is whole along the axis; all of it where it broadcasts. */
  private across(value: SplitValue, fromEnd: number, range: readonly [number, number]): Parts {
    return this.map(this.join(value), (part, kind) => {
      const axis = part.shape.length - fromEnd
      if (axis < 0 || part.shape[axis] === 1) return part
      return this.cut({ [kind]: part }, axis, range)[kind] ?? part
    })
  }

  join({ shape, axis, segments }: SplitValue): Parts {
    const [only, ...others] = segments
    if (!only || others.length === 0) return only?.parts ?? {}
    const size = Number(shape[axis])
    const last = endsOf(segments)
    return segments.reduce<Parts>((all, { parts, size: own }, index) => {
      const end = last[index] ?? 0
      return this.sum(
        all,
        this.map(parts, (part) => pad(part, axis, end - own, size - end)),
        shape,
      )
    }, {})
  }

  product({ shape, axis, segments }: SplitValue, weights: Tensor): Parts {
    const last = endsOf(segments)
    const factors = new Map<Kind, { columns: Tensor[]; rows: Tensor[] }>()
    for (const [index, { parts, size }] of segments.entries()) {
      const range =
        segments.length === 1
          ? ([0, Number(shape[1])] as const)
          : ([(last[index] ?? 0) - size, last[index] ?? 0] as const)
      // The pairs' product is made anyway: the others' summands cost less added to it before than a product of their own.
      const own = parts.pair ? { pair: this.as(parts, 'pair', false) } : parts
      for (const [kind, part] of entries(own)) {
        const factor = factors.get(kind) ?? { columns: [], rows: [] }
        factors.set(kind, factor)
        factor.columns.push(part)
        factor.rows.push(
          ...entries(this.cut({ [kind]: this.constantIn(weights, kind) }, 0, range)).map(([, rows]) => rows),
        )
      }
    }
    return Object.fromEntries(
      [...factors].map(([kind, { columns, rows }]) => [kind, matmul(glue(columns, axis), glue(rows, 0))]),
    )
  }

  constantIn(constant: Tensor, kind: Kind): Tensor {
    const graph = this.graphs[kind]
    if (constant.graph === graph) return constant
    const known = this.copies.get(graph) ?? new Map<Tensor, Tensor>()
    this.copies.set(graph, known)
    const made =
      known.get(constant) ??
      graph.node(
        constant.op,
        constant.inputs.map((input) => this.constantIn(input, kind)),
        constant.attributes,
      )
    known.set(constant, made)
    return made
  }

  value(shape: Shape, axis: number, segments: readonly Segment[]): SplitValue {
    const result: Segment[] = []
    for (const segment of segments) {
      const before = result.at(-1)
      const parts = before && merged(before.parts, segment.parts, axis)
      if (before && parts) result[result.length - 1] = { size: before.size + segment.size, parts }
      else result.push(segment)
    }
    const [only, ...others] = result
    return only && others.length === 0 ? this.whole(shape, only.parts) : { shape, axis, segments: result }
  }

  whole(shape: Shape, parts: Parts): SplitValue {
    return { shape, axis: Math.max(0, shape.length - 1), segments: [{ size: Number(shape.at(-1) ?? 1), parts }] }
  }

  /** All summands as one tensor of a kind that they go into; `isBroadcasting`: one row may stand for all. */
  as(parts: Parts, kind: Kind, isBroadcasting: boolean): Tensor {
    if (isConstant(parts)) return this.constantIn(parts.constant, kind)
    const { item, request, pair } = parts
    const own = parts[kind]
    if (kind !== 'pair' && own) return own
    const isOneRow = request?.shape[0] === 'batch' && (isBroadcasting || item !== undefined || pair !== undefined)
    const summands = [
      ...(item ? [this.lift(item, 'item', item.shape)] : []),
      ...(request ? [this.lift(request, 'request', isOneRow ? [1, ...request.shape.slice(1)] : request.shape)] : []),
      ...(pair ? [pair] : []),
    ]
    return summands.reduce((total, summand) => add(total, summand))
  }

  private lift(source: Tensor, side: Boundary['side'], shape: Shape): Tensor {
    const key = `${side} ${String(source.id)} ${String(shape[0])}`
    const found = this.boundaries.get(key)
    if (found) return found.input
    const [rows = 1] = source.shape
    const boundary = {
      name: `boundary/${side}/${String(this.boundaries.size)}`,
      side,
      width: elementCount(source.shape) * this.rowsOf(rows),
      shape,
    }
    const input = this.graphs.pair.input(boundary.name, shape)
    this.boundaries.set(key, { boundary, source, input })
    return input
  }
}

/** Two neighbours of one and the same kind as one segment, so that a tensor of one kind is one segment. */
function merged(a: Parts, b: Parts, axis: number): Parts | null {
  const [[kindA, left] = [], ...otherA] = entries(a)
  const [[kindB, right] = [], ...otherB] = entries(b)
  const isOne = left && right && kindA === kindB && otherA.length === 0 && otherB.length === 0
  return isOne && kindA ? { [kindA]: glue([left, right], axis) } : null
}

/** Tensors side by side; neighbouring slices of one tensor become one slice, all of them the tensor itself. */
export function glue(tensors: readonly Tensor[], axis: number): Tensor {
  const merged: Tensor[] = []
  for (const tensor of tensors) {
    const joined = joinedSlices(merged.at(-1), tensor, axis)
    if (joined) merged[merged.length - 1] = joined
    else merged.push(tensor)
  }
  const [only, ...others] = merged
  return only && others.length === 0 ? only : concat(merged, axis)
}

function joinedSlices(a: Tensor | undefined, b: Tensor, axis: number): Tensor | null {
  const base = a?.inputs[0]
  const isPair = a?.op === sliceOp && b.op === sliceOp && base !== undefined && base === b.inputs[0]
  if (!isPair || a.attributes['axis'] !== axis || b.attributes['axis'] !== axis) return null
  if (a.attributes['end'] !== b.attributes['start']) return null
  const [start, end] = [Number(a.attributes['start']), Number(b.attributes['end'])]
  return start === 0 && end === dimensionAt(base.shape, axis) ? base : slice(base, axis, start, end)
}

/** Where each segment ends. */
function endsOf(segments: readonly Segment[]): number[] {
  let end = 0
  return segments.map(({ size }) => (end += size))
}
