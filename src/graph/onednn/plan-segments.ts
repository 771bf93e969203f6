/**
 * A graph as segments: what has a kernel runs by that, what lies between by ONNX models, as few as there can be. Phases alternate: ONNX
 * in the even ones, kernels in the odd ones, and a tensor is in the first phase after all that it reads. All ONNX tensors of one phase
 * are one model.
 */
import { reverseOrder } from '../differentiate.js'
import type { KernelCall } from '../op.js'
import type { Segment, SegmentedProgram } from '../segment.js'
import { elementCount } from '../shapes.js'
import type { Tensor } from '../tensor.js'
import { constantOp, inputOp } from '../tensor.js'
import { withoutStops } from '../without-stops.js'
import { writeOnnx } from '../write-onnx.js'
import { joinPasses } from './join-passes.js'
import type { IsStored } from './passes.js'
import { isDear, passOf } from './passes.js'
import type { ComputedBy } from './rounded-tensors.js'
import { roundedTensors } from './rounded-tensors.js'

/** Outputs by name, as inputs by their own. */
type Outputs = Readonly<Record<string, Tensor>>

interface Place extends ComputedBy {
  readonly phase: number
}

type Places = ReadonlyMap<Tensor, Place>

const isKernelPhase = (phase: number): boolean => phase % 2 === 1

/** Plans the segments of a graph. */
export function planSegments(asked: Outputs): SegmentedProgram {
  const outputs = withoutStops(asked)
  const { places: possible, isStored } = earliest(outputs)
  const places = needed(outputs, possible)
  const phases = latest(outputs, places)
  const rounded = roundedTensors(places, new Set(Object.values(outputs)))
  const phaseCount = Math.max(-1, ...phases.values()) + 1
  const segments = Array.from({ length: phaseCount }, (_, phase) => {
    const own = [...phases.keys()].filter((tensor) => phases.get(tensor) === phase)
    return isKernelPhase(phase)
      ? kernelSegments(own, { places, outputs, isStored, rounded })
      : onnxSegments(own, places, outputs)
  }).flat()
  const left = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, nameOf(tensor)]))
  return { segments: withReleases(segments, new Set(Object.values(left))), outputs: left }
}

/** The first phase that each tensor can be in; a tensor with a kernel takes it where that is no phase later. */
function earliest(outputs: Outputs): { readonly places: Places; readonly isStored: IsStored } {
  const roots = Object.values(outputs)
  const tensors = reverseOrder(...roots).reverse()
  const readers = new Map<Tensor, number>()
  const stored = new Set(roots)
  for (const tensor of roots) readers.set(tensor, (readers.get(tensor) ?? 0) + 1)
  for (const { op, inputs } of tensors)
    for (const input of inputs) {
      readers.set(input, (readers.get(input) ?? 0) + 1)
      if (op.pass === undefined) stored.add(input)
    }
  const isStored = (tensor: Tensor): boolean => stored.has(tensor)
  for (const tensor of tensors) if ((readers.get(tensor) ?? 0) > 1 && isDear(tensor, isStored)) stored.add(tensor)
  const places = new Map<Tensor, Place>()
  const phaseAfter = (reads: readonly Tensor[], first: 0 | 1): number =>
    Math.max(
      first,
      ...reads.map((read) => {
        const phase = places.get(read)?.phase ?? -1
        return phase < 0 || phase % 2 === first ? phase : phase + 1
      }),
    )
  for (const tensor of tensors) {
    if (tensor.op === inputOp) continue
    const own = tensor.op.kernel?.(tensor, (input) => (readers.get(input) ?? 0) > 1) ?? null
    const call = chosen(own, passOf(tensor, isStored))
    // A pass is done where what it reads was made.
    const isAtHome = call?.inputs.every((input) => input.op === inputOp || places.get(input)?.call) ?? false
    if (call && (isWorthAChange(tensor, call) || isAtHome))
      places.set(tensor, { call, phase: phaseAfter(call.inputs, 1), reads: call.inputs })
    else places.set(tensor, { call: null, phase: phaseAfter(tensor.inputs, 0), reads: tensor.inputs })
  }
  return { places, isStored }
}

/** Its own kernel, or a pass where that takes other operations along, or constants, which no other kernel has. */
function chosen(own: KernelCall | null, call: KernelCall | null): KernelCall | null {
  if (!own || !call?.pass) return own ?? call
  const { steps, results } = call.pass
  if (own.inputs.some(({ op }) => op === constantOp)) return call
  const isAlone = steps.length <= (results[0]?.isSum ? 0 : 1)
  return isAlone || call.inputs.every((input) => own.inputs.includes(input)) ? own : call
}

/** Multiplications that make a product worth a change from one executor to the other, symbolic sizes counted as 1; by bench/executors.js. */
const leastWork = 256

function isWorthAChange({ shape }: Tensor, { kernel, inputs: [a], transposeA = false }: KernelCall): boolean {
  const inner = a?.shape[transposeA ? 0 : 1] ?? 1
  return kernel === 'product' && elementCount([...shape, inner]) >= leastWork
}

/** The places that the outputs need, inputs of the graph left out, in the order of computation. */
function needed(outputs: Outputs, places: Places): Places {
  const kept = new Map<Tensor, Place>()
  const stack = Object.values(outputs)
  for (let tensor = stack.pop(); tensor; tensor = stack.pop()) {
    const place = places.get(tensor)
    if (!place || kept.has(tensor)) continue
    kept.set(tensor, place)
    stack.push(...place.reads)
  }
  return new Map([...kept].sort(([a], [b]) => a.id - b.id))
}

/** ONNX tensors are put off until they are needed, which joins phases of few of them. */
function latest(outputs: Outputs, places: Places): ReadonlyMap<Tensor, number> {
  const lastOnnx = Math.max(0, ...[...places.values()].flatMap(({ call, phase }) => (call ? [] : [phase])))
  const limits = new Map<Tensor, number>(Object.values(outputs).map((tensor) => [tensor, lastOnnx]))
  const phases = new Map([...places].map(([tensor, { phase }]) => [tensor, phase]))
  for (const [tensor, { call, phase, reads }] of [...places].reverse()) {
    const own = call ? phase : Math.max(phase, limits.get(tensor) ?? phase)
    phases.set(tensor, own)
    for (const read of reads) limits.set(read, Math.min(limits.get(read) ?? Infinity, own - (call ? 1 : 0)))
  }
  return phases
}

/** The name of a value: that of the graph's input where it is one. */
const nameOf = ({ op, id, attributes }: Tensor): string =>
  op === inputOp ? String(attributes['name']) : `value/${String(id)}`

interface KernelPhase {
  readonly places: Places
  readonly outputs: Outputs
  readonly isStored: IsStored
  readonly rounded: ReadonlySet<Tensor>
}

/** The kernels of a phase, passes over the same rows as one. */
function kernelSegments(own: readonly Tensor[], { places, outputs, isStored, rounded }: KernelPhase): Segment[] {
  const inside = new Set(own)
  const readOutside = new Set(Object.values(outputs))
  const calls = new Map<Tensor, KernelCall>()
  for (const [tensor, { call, reads }] of places) {
    if (inside.has(tensor) && call) calls.set(tensor, call)
    if (!inside.has(tensor)) for (const read of reads) readOutside.add(read)
  }
  const isReadOutside = (tensor: Tensor): boolean => readOutside.has(tensor)
  return joinPasses(calls, { isStored, isReadOutside }).map(({ tensors, call: { kernel, inputs, ...flags } }) => ({
    kernel,
    flags,
    isRounded: tensors.every((tensor) => rounded.has(tensor)),
    inputs: inputs.map(nameOf),
    outputs: tensors.map(nameOf),
    releases: [],
  }))
}

/** One model of the tensors of a phase, from what earlier phases left to what later ones read; none of constants alone. */
function onnxSegments(own: readonly Tensor[], places: Places, outputs: Outputs): Segment[] {
  const inside = new Set(own)
  const readLater = new Set(Object.values(outputs))
  for (const [tensor, { call, reads }] of places) {
    // ONNX models hold the constants that they read.
    if (!inside.has(tensor)) for (const read of reads) if (call || read.op !== constantOp) readLater.add(read)
  }
  const copies = new Map<Tensor, Tensor>()
  const inputs = new Set<string>()
  const copyOf = (tensor: Tensor): Tensor => {
    const copy = copies.get(tensor)
    if (copy || tensor.op === constantOp) return copy ?? tensor
    inputs.add(nameOf(tensor))
    return tensor.op === inputOp ? tensor : tensor.graph.input(nameOf(tensor), tensor.shape)
  }
  for (const tensor of own)
    copies.set(tensor, tensor.graph.node(tensor.op, tensor.inputs.map(copyOf), tensor.attributes))
  const left = own.flatMap((tensor) => (readLater.has(tensor) ? [[nameOf(tensor), copyOf(tensor)] as const] : []))
  if (left.length === 0) return []
  const model = writeOnnx({ outputs: Object.fromEntries(left), precision: 'float32' })
  return [{ model, inputs: [...inputs], releases: [] }]
}

/** Each value is released after the segment that reads it last. */
function withReleases(segments: readonly Segment[], kept: Set<string>): Segment[] {
  const seen = new Set(kept)
  return [...segments]
    .reverse()
    .map((segment) => {
      const releases = [...new Set(segment.inputs)].filter((name) => !seen.has(name))
      for (const name of releases) seen.add(name)
      return { ...segment, releases }
    })
    .reverse()
}
