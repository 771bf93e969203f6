import type { TensorData } from '../../graph/index.js'

/** The prediction among the outputs of an inference graph; without one of its own it is the score. */
export const predictionOf = ({ prediction, score }: Readonly<Record<string, TensorData>>): Float32Array =>
  Float32Array.from((prediction ?? score)?.data ?? [])
