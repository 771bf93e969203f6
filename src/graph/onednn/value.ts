/** A tensor while a graph runs: in the arena, or in an array of whoever made it. */
import type { TensorData } from '../executor.js'
import type { Arena } from './arena.js'

export interface Value {
  readonly shape: readonly number[]
  readonly length: number
  /** `null`: the values are in the arena. Another of the same shape where the graph runs again. */
  outside: TensorData | null
  /** What is outside in bfloat16; absent: nobody has asked for it. */
  roundedOutside?: Uint16Array | undefined
  /** Byte offset in the arena; −1: they are not there (yet). */
  place: number
  /** Byte offset of the same numbers in bfloat16; −1: nobody has asked for them. */
  rounded: number
  /** Byte offset of the whole numbers that it is made of; absent: nobody has asked for them. */
  bytes?: number | undefined
}

const countOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)

/** A value of somebody else's. */
export function outsideValue(outside: TensorData): Value {
  const { shape } = outside
  return { shape, length: countOf(shape), outside, place: -1, rounded: -1 }
}

/** A value to be computed in the arena. */
export function ownValue(arena: Arena, shape: readonly number[]): Value {
  const length = countOf(shape)
  return { shape, length, outside: null, place: arena.allocate(4 * length), rounded: -1 }
}

/** A value to be computed in the arena, in bfloat16 alone. */
export function roundedValue(arena: Arena, shape: readonly number[]): Value {
  const length = countOf(shape)
  return { shape, length, outside: null, place: -1, rounded: arena.allocate(2 * length) }
}

/** A value to be computed over another that nobody reads afterwards: it takes the place of its numbers, in float32 or in bfloat16. */
export function valueOver(arena: Arena, value: Value, form: 'place' | 'rounded'): Value {
  const { shape, length, [form]: taken } = value
  value[form] = -1
  releaseValue(arena, value)
  return { shape, length, outside: null, place: -1, rounded: -1, [form]: taken }
}

/** Whether it is in bfloat16 alone. */
export const isNarrow = ({ outside, place, rounded }: Value): boolean => !outside && place < 0 && rounded >= 0

/** Where a kernel reads it; what is outside is copied in, what is in bfloat16 alone is widened, once. */
export function placeOf(arena: Arena, value: Value): number {
  if (value.place >= 0) return value.place
  const { length, rounded } = value
  const place = arena.allocate(4 * length)
  value.place = place
  const copy = kept(() => arena.float32(place, length))
  arena.do(() => {
    if (value.outside) copy().set(value.outside.data)
    else arena.kernels.fromBfloat16(rounded, place, length)
  })
  return place
}

/** A view that is made once: again only where its memory has grown, which leaves it empty. */
function kept<View extends { readonly length: number }>(make: () => View): () => View {
  let view: View | undefined
  return () => {
    if (!view?.length) view = make()
    return view
  }
}

/** The whole numbers that it is made of and their scale, copied in once; `null` where it is made of none. */
export function bytesOf(arena: Arena, value: Value): { readonly place: number; readonly scale: number } | null {
  const { outside, length } = value
  if (!outside?.bytes || value.place >= 0) return null
  const place = value.bytes ?? arena.allocate(length)
  if (value.bytes === undefined) {
    const copy = kept(() => arena.uint8(place, length))
    arena.do(() => {
      if (value.outside?.bytes) copy().set(value.outside.bytes.values)
    })
  }
  value.bytes = place
  return { place, scale: outside.bytes.scale }
}

/** How to see it, where it is or in the arena: a view that stands until the arena grows. */
export function viewOf(arena: Arena, value: Value): () => Float32Array {
  if (value.outside) return () => value.outside?.data as Float32Array
  const place = placeOf(arena, value)
  return kept(() => arena.float32(place, value.length))
}

/** How to see it in bfloat16, to which it is rounded at the first call: a view that stands until the arena grows. */
export function roundedViewOf(arena: Arena, value: Value): () => Uint16Array {
  const { length } = value
  if (value.outside?.rounded) {
    if (!value.roundedOutside)
      arena.do(() => {
        value.roundedOutside = value.outside?.rounded?.()
      })
    return () => value.roundedOutside ?? new Uint16Array(0)
  }
  if (value.rounded < 0) {
    const place = placeOf(arena, value)
    const rounded = arena.allocate(2 * length)
    value.rounded = rounded
    arena.do(() => {
      arena.kernels.toBfloat16(place, rounded, length)
    })
  }
  const { rounded } = value
  return kept(() => arena.uint16(rounded, length))
}

/** Gives back what it holds of the arena. */
export function releaseValue(arena: Arena, value: Value): void {
  if (value.place >= 0) arena.release(value.place, 4 * value.length)
  if (value.rounded >= 0) arena.release(value.rounded, 2 * value.length)
  if (value.bytes !== undefined) arena.release(value.bytes, value.length)
  value.place = -1
  value.rounded = -1
  value.bytes = undefined
}

/** The numbers themselves, as a view where they are in the arena. */
export function dataOf(arena: Arena, value: Value): TensorData {
  return { data: viewOf(arena, value)(), shape: value.shape }
}
