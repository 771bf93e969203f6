/** A tensor while a graph runs: in the arena, or in an array of whoever made it. */
import type { TensorData } from '../executor.js'
import type { Arena } from './arena.js'

export interface Value {
  readonly shape: readonly number[]
  readonly length: number
  /** `null`: the values are in the arena. */
  readonly outside: Float32Array | null
  /** Byte offset in the arena; −1: they are not there (yet). */
  place: number
  /** Byte offset of the same numbers in bfloat16; −1: nobody has asked for them. */
  rounded: number
}

const countOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)

/** A value of somebody else's. */
export function outsideValue({ data, shape }: TensorData): Value {
  return { shape, length: data.length, outside: data as Float32Array, place: -1, rounded: -1 }
}

/** A value to be computed in the arena. */
export function ownValue(arena: Arena, shape: readonly number[]): Value {
  const length = countOf(shape)
  return { shape, length, outside: null, place: arena.allocate(4 * length), rounded: -1 }
}

/** Where a kernel reads it; what is outside is copied in, once. */
export function placeOf(arena: Arena, value: Value): number {
  if (value.place < 0 && value.outside) {
    value.place = arena.allocate(4 * value.length)
    arena.float32(value.place, value.length).set(value.outside)
  }
  return value.place
}

/** Rounds it to bfloat16 at the first call; answers how to see that, as a view that stands until the arena grows. */
export function roundedOf(arena: Arena, value: Value): () => Uint16Array {
  if (value.rounded < 0) {
    const place = placeOf(arena, value)
    value.rounded = arena.allocate(2 * value.length)
    arena.kernels.toBfloat16(place, value.rounded, value.length)
  }
  return () => arena.uint16(value.rounded, value.length)
}

/** Gives back what it holds of the arena. */
export function releaseValue(arena: Arena, value: Value): void {
  if (value.place >= 0) arena.release(value.place, 4 * value.length)
  if (value.rounded >= 0) arena.release(value.rounded, 2 * value.length)
  value.place = -1
  value.rounded = -1
}

/** The numbers themselves, as a view where they are in the arena. */
export function dataOf(arena: Arena, value: Value): TensorData {
  return { data: value.outside ?? arena.float32(value.place, value.length), shape: value.shape }
}
