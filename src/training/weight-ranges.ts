/** Which numbers of a dense parameter the graph has: all of them, or those of the first layer's weights that no column apart has. */
import type { TensorData } from '../graph/index.js'
import type { ParameterSpec } from '../model/index.js'
import type { StepPlan } from './step-plan.js'

/** Ranges `[start, end)` that stand one after the other in the graph. */
export type WeightRanges = readonly (readonly [start: number, end: number])[]

export function weightRanges({ apart }: Pick<StepPlan, 'apart'>, { name, shape }: ParameterSpec): WeightRanges {
  const size = shape.reduce((product, one) => product * one, 1)
  if (!apart || name !== apart.layer.weights) return [[0, size]]
  const { outputs } = apart.layer
  const ranges: [number, number][] = []
  let at = 0
  for (const { weightRow, dimension } of [...apart.columns].sort((a, b) => a.weightRow - b.weightRow)) {
    if (weightRow * outputs > at) ranges.push([at, weightRow * outputs])
    at = (weightRow + dimension) * outputs
  }
  return at < size ? [...ranges, [at, size]] : ranges
}

/** Whether they are all numbers of a parameter of that size. */
export const isWhole = ([first]: WeightRanges, size?: number): boolean => first?.[0] === 0 && first[1] === size

/** Copies the ranges out of a parameter. */
export function readRanges(parameter: Float32Array, ranges: WeightRanges, target: Float32Array): void {
  let at = 0
  for (const [start, end] of ranges) {
    target.set(parameter.subarray(start, end), at)
    at += end - start
  }
}

/** Copies the ranges into a parameter; its other numbers stand. */
export function writeRanges(parameter: Float32Array, ranges: WeightRanges, source: TensorData['data']): void {
  let at = 0
  for (const [start, end] of ranges) {
    parameter.set(source.subarray(at, at + end - start), start)
    at += end - start
  }
}
