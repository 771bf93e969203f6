/** The end of a step: dense parameters and touched rows move along their gradients, clipped together. */
import type { TensorData } from '../graph/index.js'
import { gradientName } from '../model/index.js'
import type { InputStage } from '../model/index.js'
import type { OptimizerStep } from '../tables/index.js'
import type { ModelParts, ModelState } from './model-state.js'
import { scheduleFactor } from './schedule.js'
import type { StepOfTraining } from './schedule.js'

export interface WeightUpdate {
  readonly parts: ModelParts
  readonly state: ModelState
  readonly stage: InputStage
}

/** Updates every weight from the gradients among a training graph's outputs. */
export function updateWeights(
  { parts, state, stage }: WeightUpdate,
  outputs: Readonly<Record<string, TensorData>>,
  position: StepOfTraining & { readonly learningRateScale: number; readonly earlierSteps?: number },
): void {
  const { schedules, clipNorm } = parts.spec
  const dense = parts.network.parameters.flatMap(({ name, part }) => {
    const gradient = outputs[gradientName(name)]?.data as Float32Array | undefined
    return gradient ? [{ name, part, gradient }] : []
  })
  stage.accumulate(outputs)
  const gradients = dense.map(({ gradient }) => gradient)
  const clipping = clipNorm === null ? {} : { gradientScale: clipFactor(clipNorm, gradients, stage.squaredNorm()) }
  const stepOf = (part: 'wide' | 'deep'): OptimizerStep => ({
    learningRateScale: position.learningRateScale * scheduleFactor(schedules[part], position),
    stepNumber: (position.earlierSteps ?? 0) + position.step + 1,
    ...clipping,
  })
  const steps = { wide: stepOf('wide'), deep: stepOf('deep') }
  for (const { name, part, gradient } of dense) state.dense.update(name, gradient, steps[part])
  stage.update(steps)
}

/** `min(1, clipNorm / ‖g‖)` over all gradients of the step (Pascanu et al. 2013). */
export function clipFactor(clipNorm: number, dense: readonly Float32Array[], sparseSquares: number): number {
  let squares = sparseSquares
  for (const gradient of dense) for (const value of gradient) squares += value * value
  const norm = Math.sqrt(squares)
  return norm > clipNorm ? clipNorm / norm : 1
}
