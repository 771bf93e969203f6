/** Gradients against central differences of the same graph in float64: the proof that differentiation is right. */
import { differentiate } from './differentiate.js'
import type { TensorData } from './executor.js'
import { createOnnxRuntimeExecutor } from './onnxruntime-executor.js'
import type { Tensor } from './tensor.js'
import { writeOnnx } from './write-onnx.js'

export interface GradientCheck {
  /** A scalar. */
  readonly loss: Tensor
  /** Every input of the graph by name, with the values to check at, away from kinks. */
  readonly inputs: Readonly<
    Record<string, { readonly tensor: Tensor; readonly data: Float64Array; readonly shape: readonly number[] }>
  >
  /** Inputs whose gradients are checked; all by default. */
  readonly checked?: readonly string[]
}

/** The largest deviations of an input's gradient, as a share of its largest element. */
export interface GradientDeviation {
  /** Of the float64 graph's gradient from central differences. */
  readonly float64: number
  /** Of the float32 graph's gradient from float64's. */
  readonly float32: number
}

/** Step of the differences: the cube root of the float64 epsilon balances truncation and rounding. */
const difference = 6e-6

/** Compares the gradients of a scalar loss with central differences, element by element. */
export async function checkGradients(check: GradientCheck): Promise<Record<string, GradientDeviation>> {
  const names = check.checked ?? Object.keys(check.inputs)
  const tensors = names.flatMap((name) => check.inputs[name]?.tensor ?? [])
  const gradients = differentiate(check.loss, tensors)
  const outputs: Record<string, Tensor> = { loss: check.loss }
  gradients.forEach((gradient, index) => (outputs[`d/${names[index] ?? ''}`] = gradient))
  const executor = createOnnxRuntimeExecutor()
  const double = await executor.compile(writeOnnx({ outputs, precision: 'float64' }))
  const single = await executor.compile(writeOnnx({ outputs, precision: 'float32' }))
  const feeds = feedsOf(check)
  const exact = await double.run(feeds)
  const rounded = await single.run(singles(feeds))
  const deviations: Record<string, GradientDeviation> = {}
  for (const name of names) {
    const gradient = exact[`d/${name}`]?.data ?? []
    const lossAt = async (): Promise<number> => (await double.run(feeds))['loss']?.data[0] ?? Number.NaN
    const numeric = await centralDifferences(feeds[name]?.data ?? new Float64Array(), lossAt)
    deviations[name] = {
      float64: deviation(gradient, numeric),
      float32: deviation(rounded[`d/${name}`]?.data ?? [], gradient),
    }
  }
  await double.close()
  await single.close()
  return deviations
}

async function centralDifferences(
  values: Float64Array | Float32Array,
  lossAt: () => Promise<number>,
): Promise<Float64Array> {
  const numeric = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    values[i] = value + difference
    const above = await lossAt()
    values[i] = value - difference
    numeric[i] = (above - (await lossAt())) / (2 * difference)
    values[i] = value
  }
  return numeric
}

function deviation(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0
  let worst = values.length === expected.length ? 0 : Number.POSITIVE_INFINITY
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i] ?? 0))
    worst = Math.max(worst, Math.abs((values[i] ?? Number.NaN) - (expected[i] ?? 0)))
  }
  return worst === 0 ? 0 : worst / (largest || 1)
}

function feedsOf({ inputs }: GradientCheck): Record<string, TensorData> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { data, shape }]) => [name, { data: Float64Array.from(data), shape }]),
  )
}

function singles(feeds: Record<string, TensorData>): Record<string, TensorData> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { data, shape }]) => [name, { data: Float32Array.from(data), shape }]),
  )
}
