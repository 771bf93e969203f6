/**
 * The dense half of a model as graphs: one for training (loss and every gradient), one for scoring. The sparse half enters
 * as inputs (`deep/input`, `wide/logit`), so the gradients of those inputs are what the tables are updated with.
 */
import { Graph, partition, writeOnnx } from '../graph/index.js'
import type { InputSides, Partition, Tensor, TensorData } from '../graph/index.js'
import { heads } from './heads/index.js'
import { predictionOf } from './heads/prediction.js'
import { rankScores } from './heads/rank-weights.js'
import { inputNames } from './input-names.js'
import { requireLogits } from './logit-width.js'
import type { InputLayout } from './input-layout.js'
import type { ResolvedModel } from './model-spec.js'
import type { DropoutSpec, Mode, NormSpec, ParameterSpec } from './network-builder.js'
import { NetworkBuilder } from './network-builder.js'
import { withoutColumns } from './split-layout.js'
import { takeApart, trainingOutputs } from './training-graph.js'
import type { GraphApart, TrainingGraph, TrainingOutputs } from './training-graph.js'

export interface Network {
  readonly parameters: readonly ParameterSpec[]
  readonly dropouts: readonly DropoutSpec[]
  readonly norms: readonly NormSpec[]
  /** Inputs other than parameters, label, weight, scale, masks and running statistics, that this model has. */
  readonly inputs: readonly string[]
  /** The training graph: `loss` (weighted sum over the batch), a gradient for each input and parameter, statistics of norms. */
  trainingOutputs(): TrainingOutputs
  /** The training graph without some columns of the deep input; `null` where that input goes not only into one layer, or no column is left. */
  apart(columns: ReadonlySet<string>): NetworkApart | null
  /** All that metrics are computed of, among the outputs of the inference graph. */
  predictionOf(outputs: Readonly<Record<string, TensorData>>): Float32Array
  /** The score of each row, from predictions. */
  rankScores(prediction: Float32Array): Float32Array
  /**
   * Outputs `score`, `[batch, 1]`, `logit`, and `prediction`, `[batch, classes]`, where that is more than the score; given `constants` are built in, the others stay inputs.
   */
  inferenceModel(constants?: Readonly<Record<string, Float32Array>>): Uint8Array
}

/** A network in which some columns of the deep input are not made: what they add to the first layer is an input. */
export interface NetworkApart extends GraphApart {
  /** The layout of the other columns. */
  readonly layout: InputLayout
  /** Those of the network; the weights of the first layer have the rows of the other columns. */
  readonly parameters: readonly ParameterSpec[]
}

/** The network of a model that ranks: its logit can be taken apart. */
export interface RankingNetwork extends Network {
  /** The logit as a tensor, `[batch, logitWidth]`, and the inputs of its graph by name; dropout is off. */
  inferenceLogit(): { readonly logit: Tensor; readonly inputs: ReadonlyMap<string, Tensor> }
  /** The inference graph in three, by where the columns of its inputs come from. */
  partition(inputs: Readonly<Record<string, InputSides>>): Partition
}

interface Built {
  readonly builder: NetworkBuilder
  readonly logit: Tensor
  readonly inputs: ReadonlyMap<string, Tensor>
}

/** Builds the graphs of a model over an input layout. */
export function createNetwork(model: ResolvedModel, layout: InputLayout): RankingNetwork {
  const training = build(model, layout, 'training')
  return {
    parameters: training.builder.parameters,
    dropouts: training.builder.dropouts,
    norms: training.builder.norms,
    inputs: [...training.inputs.keys()],
    trainingOutputs: () => trainingOutputs(model, graphOf(training)),
    apart: (columns) => networkApart(model, layout, { columns, whole: training }),
    predictionOf,
    rankScores: (prediction) => rankScores(prediction, model.output),
    inferenceModel: (constants = {}) =>
      writeOnnx({ outputs: inferenceOutputs(model, layout), precision: 'float32', constants }),
    inferenceLogit: () => build(model, layout, 'inference'),
    partition: (inputs) => partition(inferenceOutputs(model, layout), inputs),
  }
}

function inferenceOutputs(model: ResolvedModel, layout: InputLayout): Record<string, Tensor> {
  const { logit } = build(model, layout, 'inference')
  const { score, prediction } = heads[model.head].predict(logit, model.output)
  return { score, logit, ...(prediction === score ? {} : { prediction }) }
}

function build(model: ResolvedModel, layout: InputLayout, mode: Mode): Built {
  const graph = new Graph()
  const { logitWidth } = model.output
  const builder = new NetworkBuilder(graph, mode, logitWidth)
  const inputs = new Map<string, Tensor>()
  const input = (name: string, width: number): Tensor => {
    const tensor = graph.input(name, ['batch', width])
    inputs.set(name, tensor)
    return tensor
  }
  const wideLogit = layout.wide && layout.wide.parts.length > 0 ? input(inputNames.wide, logitWidth) : null
  const wideNumbers =
    layout.wide && layout.wide.numberWidth > 0 ? input(inputNames.wideNumbers, layout.wide.numberWidth) : null
  const deep = layout.deep && { input: input(inputNames.deep, layout.deep.width), layout: layout.deep }
  const { architecture, options } = model.architecture
  const logit = architecture.logit({ model, logitWidth, wideLogit, wideNumbers, deep }, builder, options)
  requireLogits(Number(logit.shape[1]), model, logitWidth)
  return { builder, inputs, logit }
}

const graphOf = ({ builder, logit, inputs }: Built): TrainingGraph => ({
  logit,
  statistics: builder.statistics,
  variables: new Map([...inputs, ...builder.tensors]),
})

interface Removal {
  readonly columns: ReadonlySet<string>
  readonly whole: Built
}

function networkApart(model: ResolvedModel, layout: InputLayout, { columns, whole }: Removal): NetworkApart | null {
  const others = withoutColumns(layout, columns)
  if (!takeApart(model, graphOf(whole)) || !others.deep) return null
  const built = build(model, others, 'training')
  const apart = takeApart(model, graphOf(built))
  const isNarrower =
    apart && shapesText(whole, layout, apart.layer.weights) === shapesText(built, others, apart.layer.weights)
  return isNarrower ? { ...apart, layout: others, parameters: built.builder.parameters } : null
}

/** Names and shapes of all parameters, the rows of one counted from the width of the deep input: the same where only that is narrower. */
const shapesText = ({ builder }: Built, { deep }: InputLayout, narrower: string): string =>
  JSON.stringify(
    builder.parameters.map(({ name, shape: [rows = 0, ...others] }) => [
      name,
      name === narrower ? rows - (deep?.width ?? 0) : rows,
      ...others,
    ]),
  )
