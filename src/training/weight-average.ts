/**
 * The average of the weights along the training path: flatter than the last point and steadier from seed to seed. It is what
 * validation judges and what the bundle holds; training itself goes on from the weights. Polyak and Juditsky 1992; with a
 * memory, as an exponential average, Tarvainen and Valpola 2017. Running statistics are averaged with the weights.
 */
import type { ModelState } from './model-state.js'

/** Refreshes in the span that the average remembers: often enough for a mean, rare enough that no step is slowed. */
const refreshesPerMemory = 32

export interface WeightAverage {
  /** Refreshes since training began, one float, so that a checkpoint is arrays alone. */
  readonly refreshes: Float32Array
  /** The averages by the name of what they average, without optimizer state. */
  readonly values: ReadonlyMap<string, Float32Array>
}

/** What is averaged: without the average itself. */
type Weights = Omit<ModelState, 'average' | 'memories'>

/** An empty average of a model's weights. */
export function createWeightAverage(weights: Weights): WeightAverage {
  const lengths = new Map(weightRows(weights).map(({ name, first, count, width }) => [name, (first + count) * width]))
  const values = new Map([...lengths].map(([name, length]) => [name, new Float32Array(length)]))
  return { refreshes: new Float32Array(1), values }
}

/** Steps so far, and those that the average remembers. */
interface AveragePlace {
  readonly step: number
  readonly memory: number
}

const refreshInterval = (memory: number): number => Math.max(1, Math.floor(memory / refreshesPerMemory))

/** Whether a refresh is due after a step. */
export const isAverageDue = ({ average }: ModelState, { step, memory }: AveragePlace): boolean =>
  average !== null && step % refreshInterval(memory) === 0

/**
 * Takes the weights into the average when a refresh is due. `memory` counts steps: the mean of all refreshes until so many
 * have passed, an exponential average with that time constant from then on.
 */
export function updateAverage(state: ModelState, place: AveragePlace): void {
  const { average } = state
  if (!average || !isAverageDue(state, place)) return
  const { memory } = place
  const interval = refreshInterval(memory)
  const count = (average.refreshes[0] ?? 0) + 1
  average.refreshes[0] = count
  const share = Math.max(1 / count, -Math.expm1(-interval / memory))
  visit(state, average, (live, at, averages, to) => {
    const value = averages[to] ?? 0
    averages[to] = value + share * ((live[at] ?? 0) - value)
  })
}

/** Runs `work` with the averages in the place of the weights, and puts the weights back. */
export async function withAverage<T>(state: ModelState, work: () => Promise<T>): Promise<T> {
  exchangeAverage(state)
  try {
    return await work()
  } finally {
    exchangeAverage(state)
  }
}

/** Weights and averages change places; nothing happens without an average or before its first refresh. */
export function exchangeAverage(state: ModelState): void {
  const { average } = state
  if (!average || average.refreshes[0] === 0) return
  visit(state, average, (live, at, averages, to) => {
    const value = averages[to] ?? 0
    averages[to] = live[at] ?? 0
    live[at] = value
  })
}

/** `count` rows of `width` weights, `stride` floats apart. */
interface WeightRows {
  readonly name: string
  readonly live: Float32Array
  /** Number of the first among all rows of the name, which follow one another. */
  readonly first: number
  readonly count: number
  readonly width: number
  readonly stride: number
}

function weightRows({ tables, dense, running }: Weights): WeightRows[] {
  const whole = (name: string, live: Float32Array): WeightRows => ({
    name,
    live,
    first: 0,
    count: 1,
    width: live.length,
    stride: live.length,
  })
  return [
    ...[...tables].flatMap(([name, { shards, rowsPerShard }]) =>
      shards.map(({ rows, rowCount, dimension, rowFloats }, index) => ({
        name: `table ${name}`,
        live: rows,
        first: index * rowsPerShard,
        count: rowCount,
        width: dimension,
        stride: rowFloats,
      })),
    ),
    ...dense.names.map((name) => whole(`dense ${name}`, dense.weights(name))),
    ...[...running].map(([name, values]) => whole(`running ${name}`, values)),
  ]
}

type Visitor = (live: Float32Array, at: number, averages: Float32Array, to: number) => void

function visit(weights: Weights, { values }: WeightAverage, visitor: Visitor): void {
  for (const { name, live, first, count, width, stride } of weightRows(weights)) {
    const averages = values.get(name)
    if (!averages) continue
    for (let row = 0; row < count; row++) {
      for (let column = 0; column < width; column++)
        visitor(live, row * stride + column, averages, (first + row) * width + column)
    }
  }
}
