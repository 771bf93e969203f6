/** A bundle's model in three graphs, for ranking: what is computed once an item, once a request, and for every candidate. */
import { WideDeepError } from '../base/index.js'
import type { Config } from '../features/index.js'
import { writeOnnx } from '../graph/index.js'
import type { Partition, Side } from '../graph/index.js'
import { architectureAbsent } from './errors.js'
import type { InputLayout } from './input-layout.js'
import type { ResolvedModel } from './model-spec.js'
import { createNetwork } from './network.js'
import type { RankingNetwork } from './network.js'
import { columnSides, splitLayout } from './split-layout.js'

export interface SplitModel extends Pick<Partition, 'boundaries' | 'multiplications'> {
  /** The columns of each side, closed up. */
  readonly layouts: Readonly<Record<Side, InputLayout>>
  /**
   * The graph of one side with built-in weights. Its outputs are the boundaries of that side; for pairs it is `order`, `[batch, 1]`: the
   * logit of a calibrated model, else the score. `null` where nothing is to be computed.
   */
  onnx(side: Side): Uint8Array | null
}

export interface WholeModel {
  readonly config: Config
  readonly model: ResolvedModel
  readonly layout: InputLayout
  readonly isCalibrated: boolean
  denseWeights(): Readonly<Record<string, Float32Array>>
}

/** Splits the model of a bundle; `null` for an architecture of your own, of which a bundle has no code. */
export function splitModel({ config, model, layout, isCalibrated, denseWeights }: WholeModel): SplitModel | null {
  const network = networkOf(model, layout)
  if (!network) return null
  const sides = columnSides(config)
  const { layouts, inputs } = splitLayout(layout, (column) => sides.get(column) ?? 'request')
  const { item, request, pair, boundaries, multiplications } = network.partition(inputs)
  const order = pair[isCalibrated ? 'logit' : 'score']
  const outputs = { item, request, pair: order ? { order } : {} }
  let constants: Readonly<Record<string, Float32Array>> | undefined
  return {
    layouts,
    boundaries,
    multiplications,
    onnx(side) {
      constants ??= denseWeights()
      const own = outputs[side]
      return Object.keys(own).length === 0 ? null : writeOnnx({ outputs: own, precision: 'float32', constants })
    },
  }
}

function networkOf(model: ResolvedModel, layout: InputLayout): RankingNetwork | null {
  try {
    return createNetwork(model, layout)
  } catch (error) {
    if (error instanceof WideDeepError && error.code === architectureAbsent.code) return null
    throw error
  }
}
