/**
 * Which numbers of a dense parameter belong to which input. When columns come and go, the inputs of the first layers move, and
 * their weights must follow them. No architecture is asked: the network is built once more with wider inputs, and what grows
 * with them is an axis of inputs.
 */
import type { CarriedIds } from '../features/index.js'
import type { InputLayout } from '../model/index.js'
import { createNetwork } from '../model/index.js'
import type { ModelParts } from './model-state.js'

export type Shapes = ReadonlyMap<string, readonly number[]>

/** Shapes of every dense parameter and running statistic, by name. */
export function denseShapes({ parameters, norms }: Pick<ModelParts['network'], 'parameters' | 'norms'>): Shapes {
  return new Map([
    ...parameters.map(({ name, shape }) => [name, shape] as const),
    ...norms.flatMap(({ name, width }) => ['mean', 'variance'].map((one) => [`${name}/${one}`, [width]] as const)),
  ])
}

/** The same shapes, were the deep input, the wide numbers, or the list of deep columns longer by one. */
export interface ProbedShapes {
  readonly deep: Shapes
  readonly wide: Shapes
  readonly columns: Shapes
}

/** Builds a model's network over layouts that are a little larger. */
export function probeShapes({ model, layout }: Pick<ModelParts, 'model' | 'layout'>): ProbedShapes {
  const { deep, wide } = layout
  const shapesWith = (changed: Partial<InputLayout>): Shapes =>
    denseShapes(createNetwork(model, { ...layout, ...changed }))
  const widened = deep && { ...deep, plainWidth: deep.plainWidth + 1, width: deep.width + 1 }
  const first = deep?.parts[0]
  const dimension = first?.dimension ?? 0
  return {
    deep: shapesWith({ deep: widened }),
    wide: shapesWith({ wide: wide && { ...wide, numberWidth: wide.numberWidth + 1 } }),
    columns: shapesWith({
      deep: deep && {
        ...deep,
        parts: first ? [...deep.parts, first] : [],
        plainWidth: deep.plainWidth + dimension,
        width: deep.width + dimension,
      },
    }),
  }
}

/** For each number of the deep input (without sequences) its place in an earlier layout, −1 where it is new. */
export function deepPlaces(
  current: InputLayout,
  previous: InputLayout,
  ids: (column: string) => CarriedIds | string,
): Int32Array {
  const places = new Int32Array(current.deep?.plainWidth ?? 0).fill(-1)
  for (const { column, offset, dimension } of current.deep?.parts ?? []) {
    const before = previous.deep?.parts.find((part) => part.column === column && part.dimension === dimension)
    if (before) placeRange(places, { offset, width: dimension, from: before.offset })
  }
  for (const { column, offset, width } of current.deep?.indicators ?? []) {
    const before = previous.deep?.indicators.find((part) => part.column === column)
    const carried = ids(column)
    if (!before || typeof carried === 'string') continue
    for (let id = 0; id < width; id++) {
      const from = carried.from[id] ?? -1
      places[offset + id] = from < 0 ? -1 : before.offset + from
    }
  }
  placeNumbers(places, current.deep?.numbers, previous.deep?.numbers)
  return places
}

/** For each number of the wide part its place in an earlier layout, −1 where it is new. */
export function widePlaces(current: InputLayout, previous: InputLayout): Int32Array {
  const places = new Int32Array(current.wide?.numberWidth ?? 0).fill(-1)
  placeNumbers(places, current.wide?.numbers, previous.wide?.numbers)
  return places
}

type Numbers = NonNullable<InputLayout['deep']>['numbers']

function placeNumbers(places: Int32Array, current: Numbers = [], previous: Numbers = []): void {
  for (const { column, offset, width } of current) {
    const before = previous.find((part) => part.column === column && part.width === width)
    if (before) placeRange(places, { offset, width, from: before.offset })
  }
}

function placeRange(
  places: Int32Array,
  { offset, width, from }: { offset: number; width: number; from: number },
): void {
  for (let i = 0; i < width; i++) places[offset + i] = from + i
}
