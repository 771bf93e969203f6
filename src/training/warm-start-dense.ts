/** The dense half of a warm start: every parameter whose numbers can be told apart follows its inputs, with its optimizer's state. */
import type { CarriedIds } from '../features/index.js'
import type { InputLayout } from '../model/index.js'
import { deepPlaces, denseShapes, probeShapes, widePlaces } from './input-places.js'
import type { ProbedShapes, Shapes } from './input-places.js'
import type { ModelParts, ModelState } from './model-state.js'

export interface TrainedModel {
  readonly parts: ModelParts
  readonly state: ModelState
}

export interface CarriedDense {
  readonly name: string
  readonly values: number
  /** Values that were taken over; the others are fresh. */
  readonly carried: number
  /** Whether the optimizer goes on where it was; false where only weights were taken over. */
  readonly hasState: boolean
  /** Why it is fresh. */
  readonly reason?: string
}

type Ids = (column: string) => CarriedIds | string

/** Copies what fits of all dense parameters and running statistics; the rest stays as it is. */
export function carryDense(current: TrainedModel, previous: TrainedModel, ids: Ids): CarriedDense[] {
  const { network, layout } = current.parts
  const before = previous.parts.layout
  const context: Context = {
    shapes: denseShapes(previous.parts.network),
    now: { own: denseShapes(network), probed: probeShapes(current.parts) },
    then: { own: denseShapes(previous.parts.network), probed: probeShapes(previous.parts) },
    deep: { places: deepPlaces(layout, before, ids), width: layout.deep?.plainWidth ?? 0, before: plainWidth(before) },
    wide: {
      places: widePlaces(layout, before),
      width: layout.wide?.numberWidth ?? 0,
      before: before.wide?.numberWidth ?? 0,
    },
    hasSameColumns: deepColumns(layout) === deepColumns(before),
    indicators: new Set((layout.deep?.indicators ?? []).map(({ column }) => column)),
    ids,
  }
  return [...context.now.own.keys()].map((name) => carryOne({ current, previous, context }, name))
}

interface Context {
  readonly shapes: Shapes
  readonly now: { readonly own: Shapes; readonly probed: ProbedShapes }
  readonly then: { readonly own: Shapes; readonly probed: ProbedShapes }
  readonly deep: Inputs
  readonly wide: Inputs
  readonly hasSameColumns: boolean
  readonly indicators: ReadonlySet<string>
  readonly ids: Ids
}

/** A group of inputs: where each was, and how many there are and were. */
interface Inputs {
  readonly places: Int32Array
  readonly width: number
  readonly before: number
}

const plainWidth = ({ deep }: InputLayout): number => deep?.plainWidth ?? 0

const deepColumns = ({ deep }: InputLayout): string =>
  [...(deep?.parts ?? []), ...(deep?.indicators ?? []), ...(deep?.numbers ?? [])].map(({ column }) => column).join('\n')

interface Carrying {
  readonly current: TrainedModel
  readonly previous: TrainedModel
  readonly context: Context
}

function carryOne({ current, previous, context }: Carrying, name: string): CarriedDense {
  const shape = context.now.own.get(name) ?? []
  const values = shape.reduce((product, size) => product * size, 1)
  const axes = axesOf(name, context)
  if (typeof axes === 'string') return { name, values, carried: 0, hasState: false, reason: axes }
  const running = current.state.running.get(name)
  const places = placesOf(axes, context.then.own.get(name) ?? [])
  const carried = places.reduce((sum, place) => sum + (place < 0 ? 0 : 1), 0)
  if (running) {
    copyPlaces(running, previous.state.running.get(name) ?? running, places)
    return { name, values, carried, hasState: true }
  }
  return { name, values, carried, hasState: copyParameter({ current, previous, name }, places) }
}

/** For each axis the place in the earlier parameter, or the reason why there is none. */
function axesOf(name: string, context: Context): Int32Array[] | string {
  const { now, then } = context
  const shape = now.own.get(name) ?? []
  const before = then.own.get(name)
  if (before?.length !== shape.length) return 'it was not there'
  if (!context.hasSameColumns && growsWithColumns(name, context))
    return 'its numbers depend on the list of columns, which has changed'
  const indicator = name.startsWith('field/') ? name.slice('field/'.length) : ''
  const axes: Int32Array[] = []
  for (const [axis, size] of shape.entries()) {
    const places = axisPlaces({ name, axis, size, before: before[axis] ?? 0 }, context)
    const ofIds = axis === 0 && context.indicators.has(indicator) ? context.ids(indicator) : null
    if (ofIds !== null && typeof ofIds !== 'string') axes.push(ofIds.from)
    else if (places) axes.push(places)
    else return `its shape was ${shapeText(before)}, now ${shapeText(shape)}`
  }
  return axes
}

interface Axis {
  readonly name: string
  readonly axis: number
  readonly size: number
  readonly before: number
}

function axisPlaces({ name, axis, size, before }: Axis, { now, then, deep, wide }: Context): Int32Array | null {
  const grows = (probe: 'deep' | 'wide'): boolean =>
    now.probed[probe].get(name)?.[axis] !== size && then.probed[probe].get(name)?.[axis] !== before
  const inputs = grows('deep') ? deep : grows('wide') ? wide : null
  const [width, widthBefore] = inputs ? [inputs.width, inputs.before] : [0, 0]
  // What an axis has beyond the inputs (the end of a tower beside them, say) must be as much as it was.
  if (size - width !== before - widthBefore) return null
  return Int32Array.from({ length: size }, (_, i) =>
    inputs && i < width ? (inputs.places[i] ?? -1) : i - width + widthBefore,
  )
}

/** Whether an axis that is none of inputs grows with the list of columns: fields have no names there. */
function growsWithColumns(name: string, { now }: Context): boolean {
  const shape = now.own.get(name) ?? []
  const isInput = shape.some((size, axis) => now.probed.deep.get(name)?.[axis] !== size)
  return !isInput && shape.some((size, axis) => now.probed.columns.get(name)?.[axis] !== size)
}

/** Row-major places of all values in the earlier parameter. */
function placesOf(axes: readonly Int32Array[], before: readonly number[]): Int32Array {
  let places = Int32Array.of(0)
  for (const [axis, own] of axes.entries()) {
    const size = before[axis] ?? 0
    const next = new Int32Array(places.length * own.length)
    for (const [index, place] of places.entries()) {
      for (const [i, at] of own.entries()) next[index * own.length + i] = place < 0 || at < 0 ? -1 : place * size + at
    }
    places = next
  }
  return places
}

function copyPlaces(target: Float32Array, source: Float32Array, places: Int32Array, shift = { to: 0, from: 0 }): void {
  for (const [index, place] of places.entries()) {
    if (place >= 0) target[shift.to + index] = source[shift.from + place] ?? 0
  }
}

/** Weights, and where the optimizer is of the same name its slots; answers whether the slots were copied. */
function copyParameter(
  { current, previous, name }: { current: TrainedModel; previous: TrainedModel; name: string },
  places: Int32Array,
): boolean {
  const [target, source] = [current.state.dense.raw(name), previous.state.dense.raw(name)]
  const [size, before] = [current.state.dense.weights(name).length, previous.state.dense.weights(name).length]
  const [optimizer, earlier] = [optimizerOf(current.parts, name), optimizerOf(previous.parts, name)]
  const hasState = optimizer.kind.name === earlier.kind.name
  copyPlaces(target, source, places)
  if (!hasState) current.state.dense.restart(name)
  const slots = hasState ? optimizer.kind.slots.length : 0
  for (let slot = 1; slot <= slots; slot++) copyPlaces(target, source, places, { to: slot * size, from: slot * before })
  return hasState
}

function optimizerOf({ network, spec }: ModelParts, name: string): ModelParts['spec']['optimizers']['deep'] {
  const part = network.parameters.find((parameter) => parameter.name === name)?.part ?? 'deep'
  return name === 'bias' && part === 'wide' ? spec.optimizers.bias : spec.optimizers[part]
}

const shapeText = (shape: readonly number[]): string => shape.join('×')
