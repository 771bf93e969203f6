/**
 * What an architecture is built with: parameters, towers, dropout, normalisation. It remembers what it handed out,
 * so that the trainer knows which masks to make and which running statistics to keep.
 */
import type { Graph, Tensor } from '../graph/index.js'
import { operations } from '../graph/index.js'
import { activations } from './activations/index.js'
import type { ResolvedDeep } from './model-spec.js'

export interface ParameterSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly part: 'wide' | 'deep'
  /** A number: that everywhere. */
  readonly initializer: 'glorotUniform' | 'zeros' | 'ones' | number
  /** Whether weight penalties apply: to weights, not to biases. */
  readonly isPenalized: boolean
}

/** A mask input `[batch, width]` that holds 0 or 1/(1 − rate). */
export interface DropoutSpec {
  readonly name: string
  readonly width: number
  readonly rate: number
}

/** A batch normalisation: statistics of the batch when training, running ones (inputs) afterwards. */
export interface NormSpec {
  readonly name: string
  readonly width: number
}

export type Mode = 'training' | 'inference'

const { add, divide, linear, matmul, mean, multiply, sqrt, square, stopGradient, subtract } = operations
/** Ioffe and Szegedy 2015; the usual constant of the frameworks. */
const normEpsilon = 1e-5

export class NetworkBuilder {
  readonly parameters: ParameterSpec[] = []
  readonly tensors = new Map<string, Tensor>()
  readonly dropouts: DropoutSpec[] = []
  readonly norms: NormSpec[] = []
  /** `<norm>/mean` and `<norm>/variance` of the batch; training mode only. */
  readonly statistics = new Map<string, Tensor>()

  constructor(
    readonly graph: Graph,
    readonly mode: Mode,
    /** Logits of a row: what last layers end in. */
    readonly logitWidth = 1,
  ) {}

  /** Declares a dense parameter. */
  parameter(
    name: string,
    shape: readonly number[],
    options: { part: 'wide' | 'deep'; initializer: ParameterSpec['initializer']; isPenalized?: boolean },
  ): Tensor {
    this.parameters.push({ name, shape, isPenalized: false, ...options })
    const tensor = this.graph.input(name, shape)
    this.tensors.set(name, tensor)
    return tensor
  }

  /** Dense layers with activation, normalisation before it and dropout after it: `[batch, in]` → `[batch, hidden.at(-1)]`. */
  tower(name: string, input: Tensor, deep: ResolvedDeep): Tensor {
    return deep.hidden.reduce((x, width, index) => {
      const layer = `${name}/${String(index)}`
      // The mean of the batch takes a bias away again: its gradient is rounding, which Adam makes steps of (Ioffe and Szegedy 2015, §3.2).
      const product = deep.normalization === 'batch' ? this.product(layer, x, width) : this.dense(layer, x, width)
      const normed = this.normalize(`${layer}/norm`, product, deep.normalization)
      const activated = activations[deep.activation](normed, this, layer)
      return this.dropout(`${layer}/dropout`, activated, deep.dropout)
    }, input)
  }

  /** `x·W + b`. */
  dense(name: string, x: Tensor, width: number): Tensor {
    const weights = this.weights(name, x, width)
    return linear(x, weights, this.parameter(`${name}/bias`, [width], { part: 'deep', initializer: 'zeros' }))
  }

  /** `x·W`. */
  private product(name: string, x: Tensor, width: number): Tensor {
    return matmul(x, this.weights(name, x, width))
  }

  private weights(name: string, x: Tensor, width: number): Tensor {
    return this.parameter(`${name}/weights`, [Number(x.shape[1]), width], {
      part: 'deep',
      initializer: 'glorotUniform',
      isPenalized: true,
    })
  }

  /** Multiplies by a mask that comes in as an input (no random operation in a graph); the identity outside training. */
  dropout(name: string, x: Tensor, rate: number): Tensor {
    if (rate === 0 || this.mode === 'inference') return x
    const width = Number(x.shape[1])
    this.dropouts.push({ name, width, rate })
    return multiply(x, this.graph.input(name, ['batch', width]))
  }

  private normalize(name: string, x: Tensor, kind: ResolvedDeep['normalization']): Tensor {
    if (kind === 'none') return x
    return kind === 'batch' ? this.batchNorm(name, x) : this.layerNorm(name, x)
  }

  /** `γ·(x − μ)/√(σ² + ε) + β` with mean and variance over the units of each row: the same in training and afterwards. */
  layerNorm(name: string, x: Tensor): Tensor {
    const { scale, shift } = this.scaleAndShift(name, Number(x.shape[1]))
    const centered = subtract(x, mean(x, [1], true))
    const variance = mean(square(centered), [1], true)
    const deviation = sqrt(add(variance, this.graph.constant(normEpsilon)))
    return add(multiply(divide(centered, deviation), scale), shift)
  }

  /** `γ·(x − μ)/√(σ² + ε) + β` with the batch's own statistics in training, running ones afterwards. */
  batchNorm(name: string, x: Tensor): Tensor {
    const { scale, shift } = this.scaleAndShift(name, Number(x.shape[1]))
    const { center, deviation } = this.statisticsOf(name, x)
    return add(multiply(subtract(x, center), divide(scale, deviation)), shift)
  }

  /** `(x − μ)/√(σ² + ε)`: batch normalisation that learns nothing. */
  standardize(name: string, x: Tensor): Tensor {
    const { center, deviation } = this.statisticsOf(name, x)
    return divide(subtract(x, center), deviation)
  }

  private scaleAndShift(name: string, width: number): { scale: Tensor; shift: Tensor } {
    return {
      scale: this.parameter(`${name}/scale`, [width], { part: 'deep', initializer: 'ones' }),
      shift: this.parameter(`${name}/shift`, [width], { part: 'deep', initializer: 'zeros' }),
    }
  }

  private statisticsOf(name: string, x: Tensor): { center: Tensor; deviation: Tensor } {
    const width = Number(x.shape[1])
    this.norms.push({ name, width })
    const { mean: center, variance } =
      this.mode === 'training' ? this.batchStatistics(name, x) : this.runningStatistics(name, width)
    return { center, deviation: sqrt(add(variance, this.graph.constant(normEpsilon))) }
  }

  private batchStatistics(name: string, x: Tensor): { mean: Tensor; variance: Tensor } {
    const center = mean(x, [0], true)
    // The variance stands still where the mean moves: Σ(x − μ) is zero, and need not be computed.
    const variance = mean(square(subtract(x, stopGradient(center))), [0], true)
    this.statistics.set(`${name}/mean`, center).set(`${name}/variance`, variance)
    return { mean: center, variance }
  }

  private runningStatistics(name: string, width: number): { mean: Tensor; variance: Tensor } {
    return {
      mean: this.graph.input(`${name}/mean`, [1, width]),
      variance: this.graph.input(`${name}/variance`, [1, width]),
    }
  }
}
