/** Losses of one probability that several heads share. */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import type { ResolvedLoss } from './head.js'

const { add, exp, multiply, negate, softplus, subtract } = operations

/** The loss of `σ(logit)` against a label in [0, 1], element by element. */
export function sigmoidLoss(logit: Tensor, label: Tensor, loss: ResolvedLoss): Tensor {
  const target = smooth(label, loss.labelSmoothing, 2)
  return loss.kind === 'focal' ? focal(logit, target, loss) : subtract(softplus(logit), multiply(target, logit))
}

/** `y·(1 − ε) + ε/classes` (Szegedy et al. 2016, §7). */
export function smooth(label: Tensor, epsilon: number, classes: number): Tensor {
  if (epsilon === 0) return label
  const { graph } = label
  return add(multiply(label, graph.constant(1 - epsilon)), graph.constant(epsilon / classes))
}

/** `−α_t (1 − p_t)^γ log p_t` (Lin et al. 2017, eq. 5), where `log p = −softplus(−z)` and `log(1 − p) = −softplus(z)`. */
function focal(logit: Tensor, target: Tensor, { gamma, alpha }: ResolvedLoss): Tensor {
  const { graph } = logit
  const missed = { positive: softplus(negate(logit)), negative: softplus(logit) }
  const damped = (own: Tensor, other: Tensor): Tensor => multiply(exp(multiply(graph.constant(-gamma), other)), own)
  const positive = multiply(target, damped(missed.positive, missed.negative))
  const negative = multiply(subtract(graph.constant(1), target), damped(missed.negative, missed.positive))
  if (alpha === null) return add(positive, negative)
  return add(multiply(graph.constant(alpha), positive), multiply(graph.constant(1 - alpha), negative))
}

/** A probability that rounding has made 0 or 1 stands for the nearest one that a 32-bit float tells from 1. */
const leastProbability = 2 ** -24

/** Averaging of probabilities by their log odds. */
export const logitLink = {
  toLogit(value: number): number {
    const probability = Math.min(1 - leastProbability, Math.max(leastProbability, value))
    return Math.log(probability / (1 - probability))
  },
  fromLogits: (logits: readonly number[]): readonly number[] => logits.map((logit) => 1 / (1 + Math.exp(-logit))),
}

/** Averaging of probabilities that sum to 1 by their logarithms. */
export const softmaxLink = {
  toLogit: (value: number): number => Math.log(Math.max(leastProbability, value)),
  fromLogits(logits: readonly number[]): readonly number[] {
    const largest = Math.max(...logits)
    const powers = logits.map((logit) => Math.exp(logit - largest))
    const sum = powers.reduce((total, power) => total + power, 0)
    return powers.map((power) => power / sum)
  },
}
