/** Every head and every loss: gradients against central differences, values against hand arithmetic. */
import { describe, expect, it } from 'vitest'
import { randomInteger, randomNormal } from '../../base/index.js'
import type { Config } from '../../features/index.js'
import { categorical, createEncoder } from '../../features/index.js'
import { Graph, checkGradients, createOnnxRuntimeExecutor, operations, writeOnnx } from '../../graph/index.js'
import type { Tensor } from '../../graph/index.js'
import { layoutInputs } from '../input-layout.js'
import { resolveModel } from '../model-spec.js'
import { gradientName, inputNames } from '../input-names.js'
import { createNetwork } from '../network.js'
import { resolveOutput } from '../output-spec.js'
import type { HeadName, ResolvedOutput } from './index.js'
import { heads } from './index.js'
import { rankScores } from './rank-weights.js'

const rowCount = 6

interface Case {
  readonly head: HeadName
  readonly label?: Omit<NonNullable<Config['data']['label']>, 'column'>
  readonly loss?: NonNullable<NonNullable<Config['model']>['loss']>
}

const configOf = ({ head, label, loss }: Case): Config => ({
  data: { label: { column: 'y', ...label } },
  features: { a: categorical({ values: 3 }) },
  model: { head, ...(loss ? { loss } : {}) },
})

const namesOf = (head: HeadName): string[] => (head.startsWith('multi') ? ['x', 'y', 'z'] : [])
const outputOf = (one: Case): ResolvedOutput => resolveOutput(configOf(one), namesOf(one.head))

const cases: readonly Case[] = [
  { head: 'binary' },
  { head: 'binary', loss: { labelSmoothing: 0.2 } },
  { head: 'binary', loss: { kind: 'focal' } },
  { head: 'binary', loss: { kind: 'focal', gamma: 0.5, alpha: 0.25, labelSmoothing: 0.1 } },
  { head: 'regression' },
  { head: 'multiclass' },
  { head: 'multiclass', loss: { labelSmoothing: 0.3 } },
  { head: 'multilabel' },
  { head: 'multilabel', label: { classWeights: { y: 5 } }, loss: { kind: 'focal', labelSmoothing: 0.1 } },
]

/** Labels that a head may meet. */
function labelsOf(head: HeadName, width: number): Float64Array {
  const classes = head === 'multiclass' ? 3 : 2
  return Float64Array.from({ length: rowCount * width }, (_, i) => randomInteger(3, i, classes))
}

/** The loss of every row for given logits and labels. */
async function lossesOf(one: Case, logits: readonly number[], labels: readonly number[]): Promise<number[]> {
  const output = outputOf(one)
  const rows = logits.length / output.logitWidth
  const graph = new Graph()
  const logit = graph.input('logit', ['batch', output.logitWidth])
  const label = graph.input('label', ['batch', output.labelWidth])
  const loss = heads[one.head].loss(logit, label, output)
  expect(loss.shape).toEqual(['batch', 1])
  return run(loss, {
    logit: { data: Float64Array.from(logits), shape: [rows, output.logitWidth] },
    label: { data: Float64Array.from(labels), shape: [rows, output.labelWidth] },
  })
}

async function run(
  result: Tensor,
  feeds: Readonly<Record<string, { data: Float64Array; shape: readonly number[] }>>,
): Promise<number[]> {
  const compiled = await createOnnxRuntimeExecutor().compile(writeOnnx({ outputs: { result }, precision: 'float64' }))
  const outputs = await compiled.run(feeds)
  await compiled.close()
  return [...(outputs['result']?.data ?? [])]
}

describe('the gradients of every loss', () => {
  for (const one of cases) {
    it(`are those of central differences: ${JSON.stringify(one)}`, async () => {
      const output = outputOf(one)
      const graph = new Graph()
      const logit = graph.input('logit', [rowCount, output.logitWidth])
      const label = graph.input('label', [rowCount, output.labelWidth])
      const loss = operations.sum(heads[one.head].loss(logit, label, output), [0, 1])
      const data = Float64Array.from({ length: rowCount * output.logitWidth }, (_, i) => 2 * randomNormal(1, i))
      const deviations = await checkGradients({
        loss,
        inputs: {
          logit: { tensor: logit, data, shape: [rowCount, output.logitWidth] },
          label: { tensor: label, data: labelsOf(one.head, output.labelWidth), shape: [rowCount, output.labelWidth] },
        },
        checked: ['logit'],
      })
      expect(deviations['logit']?.float64).toBeLessThan(1e-6)
      expect(deviations['logit']?.float32).toBeLessThan(1e-4)
    })
  }
})

const expectAll = (values: readonly number[], expected: readonly number[]): void => {
  expect(values).toHaveLength(expected.length)
  values.forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index] ?? NaN, 12)
  })
}

describe('losses by hand', () => {
  it('softmax cross entropy: logits ln 1, ln 2, ln 5 are probabilities 1/8, 2/8, 5/8', async () => {
    const logits = [0, Math.log(2), Math.log(5)]
    expectAll(await lossesOf({ head: 'multiclass' }, [...logits, ...logits], [2, 0]), [-Math.log(5 / 8), Math.log(8)])
  })

  it('label smoothing spreads ε over the classes: t = (0.1, 0.1, 0.8) for ε = 0.3', async () => {
    const smoothed = await lossesOf(
      { head: 'multiclass', loss: { labelSmoothing: 0.3 } },
      [0, Math.log(2), Math.log(5)],
      [2],
    )
    expectAll(smoothed, [-0.1 * Math.log(1 / 8) - 0.1 * Math.log(2 / 8) - 0.8 * Math.log(5 / 8)])
    const binary = await lossesOf({ head: 'binary', loss: { labelSmoothing: 0.2 } }, [Math.log(3)], [1])
    expectAll(binary, [-0.9 * Math.log(3 / 4) - 0.1 * Math.log(1 / 4)])
  })

  it('focal loss: p = 3/4 counts (1/4)² for a positive and (3/4)² for a negative; γ = 0 is cross entropy', async () => {
    const rows = [Math.log(3), Math.log(3)]
    const positive = (1 / 16) * -Math.log(3 / 4)
    const negative = (9 / 16) * -Math.log(1 / 4)
    expectAll(await lossesOf({ head: 'binary', loss: { kind: 'focal' } }, rows, [1, 0]), [positive, negative])
    const weighed = await lossesOf({ head: 'binary', loss: { kind: 'focal', alpha: 0.25 } }, rows, [1, 0])
    expectAll(weighed, [0.25 * positive, 0.75 * negative])
    const plain = await lossesOf({ head: 'binary', loss: { kind: 'focal', gamma: 0 } }, rows, [1, 0])
    expectAll(plain, await lossesOf({ head: 'binary' }, rows, [1, 0]))
  })

  it('a multi-label row is the mean over its labels, each times its weight', async () => {
    const logits = [Math.log(3), 0, -Math.log(3)]
    const each = [-Math.log(3 / 4), Math.log(2), -Math.log(1 / 4)] as const
    expectAll(await lossesOf({ head: 'multilabel' }, logits, [1, 0, 1]), [(each[0] + each[1] + each[2]) / 3])
    const weighed = { head: 'multilabel', label: { classWeights: { z: 7 } } } as const
    expectAll(await lossesOf(weighed, logits, [1, 0, 1]), [(each[0] + each[1] + 7 * each[2]) / 3])
  })

  it('stays finite for logits of any size', async () => {
    for (const one of cases) {
      const { logitWidth, labelWidth } = outputOf(one)
      const logits = Array.from({ length: logitWidth }, (_, i) => (i % 2 === 0 ? 900 : -900))
      const [loss] = await lossesOf(one, logits, new Array<number>(labelWidth).fill(0))
      expect(Number.isFinite(loss), JSON.stringify(one)).toBe(true)
    }
  })
})

describe('class weights and scores', () => {
  it('weigh rows by their class: binary by its label, multi-class by its number', () => {
    expect(heads.binary.rowWeight?.(1, [2, 9])).toBe(9)
    expect(heads.binary.rowWeight?.(0, [2, 9])).toBe(2)
    expect(
      heads.multiclass.rowWeight?.(
        2,
        outputOf({ head: 'multiclass', label: { classWeights: { z: 3 } } }).classWeights ?? [],
      ),
    ).toBe(3)
  })

  it('rank by the positive label, by the expected value of numbers, by the number of labels, or not at all', () => {
    const rankedBy = (head: HeadName, labels: string[], positive: string | null): readonly number[] | null =>
      heads[head].rankWeights(labels, positive)
    expect(rankedBy('multiclass', ['x', 'y'], 'y')).toEqual([0, 1])
    expect(rankedBy('multiclass', ['1', '5'], null)).toEqual([1, 5])
    expect(rankedBy('multiclass', ['x', 'y'], null)).toBeNull()
    expect(rankedBy('multilabel', ['x', 'y'], null)).toEqual([1, 1])
  })

  it('are the same in the graph and outside of it', async () => {
    const output = outputOf({ head: 'multiclass', label: { positiveLabel: 'y' } })
    const graph = new Graph()
    const { prediction, score } = heads.multiclass.predict(graph.input('logit', ['batch', 3]), output)
    const feeds = { logit: { data: Float64Array.of(0, Math.log(2), Math.log(5), 1, 1, 1), shape: [2, 3] } }
    const own = await run(prediction, feeds)
    expectAll(own, [1 / 8, 2 / 8, 5 / 8, 1 / 3, 1 / 3, 1 / 3])
    expectAll(await run(score, feeds), [2 / 8, 1 / 3])
    expect(rankScores(Float32Array.from(own), output)[0]).toBeCloseTo(2 / 8, 6)
  })

  it('average models by their logits: classes by the mean of logarithms, made to sum to 1', () => {
    const { toLogit, fromLogits } = heads.multiclass.link
    const mean = [0, 1, 2].map((place) => {
      const [a, b] = [[0.2, 0.2, 0.6][place] ?? 0, [0.1, 0.4, 0.5][place] ?? 0]
      return (toLogit(a) + toLogit(b)) / 2
    })
    const roots = [Math.sqrt(0.02), Math.sqrt(0.08), Math.sqrt(0.3)]
    const total = roots.reduce((sum, root) => sum + root, 0)
    expectAll(
      fromLogits(mean),
      roots.map((root) => root / total),
    )
  })
})

describe('a network of several logits', () => {
  const config = configOf({ head: 'multiclass' })
  const model = resolveModel(
    { ...config, model: { head: 'multiclass', deep: { hidden: [2], embedding: 2 } } },
    namesOf('multiclass'),
  )
  const layout = layoutInputs(
    model,
    config,
    createEncoder(config, { columns: { a: { json: {}, arrays: {} } }, crosses: {} }).columns,
  )
  const network = createNetwork(model, layout)

  it('has a wide weight, a bias and a last layer for each class', () => {
    expect(layout.tables.map(({ name, dimension }) => [name, dimension])).toEqual([
      ['wide/a', 3],
      ['embedding/a', 2],
    ])
    const shapes = Object.fromEntries(network.parameters.map(({ name, shape }) => [name, shape]))
    expect(shapes).toMatchObject({ bias: [3], 'deep/logit': [2, 3] })
  })

  it('hands the wide tables s·w·(softmax(z) − t)', async () => {
    const compiled = await createOnnxRuntimeExecutor().compile(
      writeOnnx({ outputs: network.trainingOutputs(), precision: 'float64' }),
    )
    const zero = Object.fromEntries(
      network.parameters.map(({ name, shape }) => [
        name,
        { data: new Float64Array(shape.reduce((product, size) => product * size, 1)), shape },
      ]),
    )
    const outputs = await compiled.run({
      ...zero,
      [inputNames.wide]: { data: Float64Array.of(0, Math.log(2), Math.log(5)), shape: [1, 3] },
      [inputNames.deep]: { data: new Float64Array(2), shape: [1, 2] },
      [inputNames.label]: { data: Float64Array.of(1), shape: [1, 1] },
      [inputNames.weight]: { data: Float64Array.of(2), shape: [1, 1] },
      [inputNames.offset]: { data: Float64Array.of(0), shape: [1, 1] },
      [inputNames.lossScale]: { data: Float64Array.of(0.5), shape: [] },
    })
    await compiled.close()
    expectAll([...(outputs[gradientName(inputNames.wide)]?.data ?? [])], [1 / 8, 2 / 8 - 1, 5 / 8])
    expect(outputs['loss']?.data[0]).toBeCloseTo(2 * Math.log(4), 12)
  })

  it('refuses an architecture of which a part makes one logit', () => {
    const deepfm = { ...config, model: { head: 'multiclass', architecture: 'deepfm' } } as const
    const resolved = resolveModel(deepfm, namesOf('multiclass'))
    expect(() => createNetwork(resolved, layout)).toThrow(/must make 3 logits for head "multiclass"; got deepfm/)
  })
})

describe('faults of a head', () => {
  const fault =
    (one: Case, data: Partial<Config['data']> = {}): (() => unknown) =>
    () => {
      const config = configOf(one)
      return resolveModel({ ...config, data: { ...config.data, ...data } }, namesOf(one.head))
    }

  it('are named with their path', () => {
    expect(fault({ head: 'multiclass', loss: { kind: 'focal' } })).toThrow(
      /model\.loss\.kind must be one of crossEntropy/,
    )
    expect(fault({ head: 'binary', loss: { gamma: 1 } })).toThrow(/model\.loss\.gamma must not be there/)
    expect(fault({ head: 'regression', loss: { labelSmoothing: 0.1 } })).toThrow(/model\.loss\.labelSmoothing/)
    expect(fault({ head: 'multiclass', label: { positiveLabel: 'w' } })).toThrow(/positiveLabel must be a class/)
    expect(fault({ head: 'multiclass', label: { classWeights: { w: 1 } } })).toThrow(/classWeights\.w must be a class/)
    expect(fault({ head: 'multilabel' }, { negatives: {} })).toThrow(/data\.negatives must not be there/)
    expect(fault({ head: 'binary', label: { classWeights: { 1: 4 } } })).not.toThrow()
  })
})
