/** The graph of a step: the loss, and the gradient of it for everything that training changes. */
import { differentiate, onlyLayer, operations } from '../graph/index.js'
import type { Tensor } from '../graph/index.js'
import { heads } from './heads/index.js'
import { gradientName, inputNames } from './input-names.js'
import type { ResolvedModel } from './model-spec.js'

/** A network in training mode. */
export interface TrainingGraph {
  readonly logit: Tensor
  /** Means and variances of norms, by name. */
  readonly statistics: ReadonlyMap<string, Tensor>
  /** What there are gradients of: inputs and parameters, by name. */
  readonly variables: ReadonlyMap<string, Tensor>
}

export type TrainingOutputs = Readonly<Record<string, Tensor>>

/** The outputs `loss`, a gradient for each variable, and the statistics. */
export function trainingOutputs(
  model: ResolvedModel,
  { logit, statistics, variables }: TrainingGraph,
): TrainingOutputs {
  const { graph } = logit
  const label = graph.input(inputNames.label, ['batch', model.output.labelWidth])
  const weight = graph.input(inputNames.weight, ['batch', 1])
  const offset = graph.input(inputNames.offset, ['batch', 1])
  const { add, multiply, sum } = operations
  const loss = sum(multiply(heads[model.head].loss(add(logit, offset), label, model.output), weight), [0, 1], false)
  const scaled = multiply(loss, graph.input(inputNames.lossScale, []))
  const gradients = differentiate(scaled, [...variables.values()])
  const outputs: Record<string, Tensor> = { loss }
  for (const [index, name] of [...variables.keys()].entries()) {
    const gradient = gradients[index]
    if (gradient) outputs[gradientName(name)] = gradient
  }
  return { ...outputs, ...Object.fromEntries(statistics) }
}

/** The layer that the deep input goes into, where that is all that is done with it. */
export interface FirstLayer {
  /** The names of its parameters; the rows of the weights are the columns of the deep input. */
  readonly weights: string
  /** `null`: it has none. */
  readonly bias: string | null
  readonly outputs: number
}

/** A training graph whose first layer has an input in place of its bias, or where it has none, with a row for each example. */
export interface GraphApart {
  readonly layer: FirstLayer
  /** Its outputs are those of the graph, and the gradient of that input. */
  outputs(): TrainingOutputs
}

/** Takes the bias of the first layer apart; `null` where the deep input is read otherwise too. */
export function takeApart(model: ResolvedModel, { logit, statistics, variables }: TrainingGraph): GraphApart | null {
  const input = variables.get(inputNames.deep)
  const found = input && onlyLayer([logit, ...statistics.values()], input)
  if (!found) return null
  const nameOf = ({ attributes }: Tensor): string => String(attributes['name'])
  const bias = found.bias && nameOf(found.bias)
  const outputs = Number(found.weights.shape[1])
  return {
    layer: { weights: nameOf(found.weights), bias, outputs },
    outputs() {
      const rows = logit.graph.input(inputNames.firstLayer, ['batch', outputs])
      const copies = found.withBias(rows)
      const copyOf = (tensor: Tensor): Tensor => copies.get(tensor) ?? tensor
      const own = gradientName(inputNames.firstLayer)
      const made = trainingOutputs(model, {
        logit: copyOf(logit),
        statistics: new Map([...statistics].map(([name, tensor]) => [name, copyOf(tensor)])),
        variables: new Map([...variables].filter(([name]) => name !== bias)).set(inputNames.firstLayer, rows),
      })
      const { [own]: gradient } = made
      return bias && gradient ? { ...made, [gradientName(bias)]: operations.sumTo(gradient, [outputs]) } : made
    },
  }
}
