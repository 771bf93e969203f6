import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { randomNormal } from '../base/index.js'
import type { DenseParameterOptions } from './dense-parameters.js'
import { createDenseParameters } from './dense-parameters.js'
import { createDenseUpdate, gradientFloats } from './dense-update.js'
import { createLookup } from './lookup.js'
import type { OptimizerStep } from './optimizer.js'
import { optimizerKinds, resolveOptimizer } from './optimizer.js'
import { wholeShare } from './share.js'
import { createTable } from './table.js'
import { createTableMemory } from './table-memory.js'

const names = [...optimizerKinds().keys()]
const step = (stepNumber: number) => ({ learningRateScale: 1, stepNumber })

/** One dense parameter, and its update by the gradient of a whole batch. */
function denseOf(options: DenseParameterOptions, memory = createTableMemory()) {
  const dense = createDenseParameters(memory, [options])
  const gradients = memory.allocate(4 * gradientFloats(dense.tables))
  const updater = createDenseUpdate(memory, { tables: dense.tables, share: wholeShare, gradients })
  return {
    ...dense,
    update(name: string, gradient: Float32Array, step: OptimizerStep): void {
      updater.gradient(name).set(gradient)
      updater.sum()
      updater.update(() => step)
    },
  }
}

/** Runs gradients through one scalar weight that starts at `start`, and returns it after each step. */
function trajectory(optimizer: Readonly<Record<string, unknown>>, gradients: readonly number[], start = 0): number[] {
  const dense = denseOf({ name: 'w', shape: [1], optimizer: resolveOptimizer(optimizer), l2: 0 })
  dense.weights('w')[0] = start
  return gradients.map((gradient, index) => {
    dense.update('w', Float32Array.of(gradient), step(index + 1))
    return dense.weights('w')[0] ?? Number.NaN
  })
}

describe('AdaGrad', () => {
  it('divides the gradient by the root of the sum of squares', () => {
    // n₀ = 0.1; g = 2: n = 4.1, w = 1 − 0.5·2/√4.1 = 1 − 1/2.0248457 = 0.5061352
    // g = −1: n = 5.1, w = 0.5061352 + 0.5/√5.1 = 0.5061352 + 0.5/2.2583180 = 0.7275389
    const [first = 0, second = 0] = trajectory(
      { name: 'adagrad', learningRate: 0.5, initialAccumulator: 0.1 },
      [2, -1],
      1,
    )
    expect(first).toBeCloseTo(0.5061352, 6)
    expect(second).toBeCloseTo(0.7275389, 6)
  })

  it('takes longer steps when it has forgotten half of the sum', () => {
    // n = 4.1 fades to 0.1 + 0.5·4 = 2.1; g = −1: n = 3.1, w = 0.5061352 + 0.5/√3.1 = 0.5061352 + 0.2839809 = 0.7901161
    const optimizer = resolveOptimizer({ name: 'adagrad', learningRate: 0.5, initialAccumulator: 0.1 })
    const dense = denseOf({ name: 'w', shape: [1], optimizer, l2: 0 })
    dense.weights('w')[0] = 1
    dense.update('w', Float32Array.of(2), step(1))
    dense.fade(0.5)
    dense.update('w', Float32Array.of(-1), step(2))
    expect(dense.weights('w')[0]).toBeCloseTo(0.7901161, 6)
  })
})

describe('FTRL-Proximal', () => {
  it('follows the hand arithmetic of two steps with both penalties', () => {
    // η = 0.5, λ₁ = 0.2, λ₂ = 0.1, n₀ = 0.1, z₀ = 0, w₀ = 0.
    // g = 1: n = 1.1; σ = (√1.1 − √0.1)/0.5, times w = 0; z = 1; w = (0.2 − 1)/(√1.1/0.5 + 0.2) = −0.8/2.2976177 = −0.3481867
    // g = −2: n = 5.1; σ = (√5.1 − √1.1)/0.5 = (2.2583180 − 1.0488088)/0.5 = 2.4190183; z = 1 − 2 + 2.4190183·0.3481867 = −0.1577300
    //   |z| < λ₁, so w = 0 exactly.
    const weights = trajectory({ name: 'ftrl', learningRate: 0.5, l1: 0.2, l2: 0.1, initialAccumulator: 0.1 }, [1, -2])
    expect(weights[0]).toBeCloseTo(-0.3481867, 6)
    expect(weights[1]).toBe(0)
  })

  it('keeps a weight at exactly zero while its evidence stays below λ₁, whatever its sign', () => {
    expect(trajectory({ name: 'ftrl', l1: 1 }, [0.5, 0.4])).toEqual([0, 0])
    expect(trajectory({ name: 'ftrl', l1: 1 }, [-0.5, -0.4])).toEqual([0, 0])
    expect(trajectory({ name: 'ftrl', l1: 1 }, [-0.5, -0.6])[1]).toBeGreaterThan(0)
  })

  it('is the published recurrence while the learning rate is constant', () => {
    const [rate, l1, l2, beta] = [0.3, 0.4, 0.2, 0.7]
    const gradients = Array.from({ length: 60 }, (_, i) => randomNormal(5, i))
    let [w, z, n] = [0, 0, 0.1]
    const expected = gradients.map((g) => {
      const sigma = (Math.sqrt(n + g * g) - Math.sqrt(n)) / rate
      z += g - sigma * w
      n += g * g
      w = Math.abs(z) <= l1 ? 0 : (Math.sign(z) * l1 - z) / ((beta + Math.sqrt(n)) / rate + 2 * l2)
      return w
    })
    const weights = trajectory({ name: 'ftrl', learningRate: rate, l1, l2, beta }, gradients)
    expect(expected.filter((weight) => weight === 0).length).toBeGreaterThan(0)
    for (const [index, weight] of weights.entries()) expect(weight).toBeCloseTo(expected[index] ?? NaN, 5)
  })

  it('moves no weight by a learning rate that falls, only the next steps', () => {
    const optimizer = resolveOptimizer({ name: 'ftrl', learningRate: 0.3, l1: 0.1, l2: 0.2 })
    const dense = denseOf({ name: 'w', shape: [5], optimizer, l2: 0 })
    const gradient = Float32Array.of(3, -2, 0.05, 1, -1)
    dense.update('w', gradient, step(1))
    const before = [...dense.weights('w')]
    expect(before[2]).toBe(0)
    dense.update('w', new Float32Array(5), { ...step(2), learningRateScale: 0.001 })
    for (const [index, weight] of dense.weights('w').entries()) expect(weight).toBeCloseTo(before[index] ?? NaN, 6)
    dense.update('w', gradient, { ...step(3), learningRateScale: 0.001 })
    for (const [index, weight] of dense.weights('w').entries())
      expect(Math.abs(weight - (before[index] ?? NaN))).toBeLessThan(0.001)
  })
})

describe('proximal AdaGrad', () => {
  it('follows the hand arithmetic of two steps with both penalties, to exactly zero', () => {
    // η = 0.5, λ₁ = 0.2, λ₂ = 0.4, n₀ = 0.1, w₀ = 1.
    // g = 2: n = 4.1; ηₜ = 0.5/2.0248457 = 0.2469324; u = 1 − 0.4938648 = 0.5061352; w = (0.5061352 − 0.0493865)/(1 + 0.0987730) = 0.4156897
    // g = 2: n = 8.1; ηₜ = 0.5/2.8460499 = 0.1756821; u = 0.4156897 − 0.3513642 = 0.0643255; w = (0.0643255 − 0.0351364)/1.0702728 = 0.0272726
    // g = 0: ηₜ the same: u = 0.0272726 < 0.0351364, so w = 0 exactly.
    const optimizer = { name: 'proximalAdagrad', learningRate: 0.5, l1: 0.2, l2: 0.4, initialAccumulator: 0.1 }
    const weights = trajectory(optimizer, [2, 2, 0], 1)
    expect(weights[0]).toBeCloseTo(0.4156897, 6)
    expect(weights[1]).toBeCloseTo(0.0272726, 6)
    expect(weights[2]).toBe(0)
  })
})

describe('an L1 penalty', () => {
  it('adds λ times the sign of each weight to the gradient, nothing at zero', () => {
    const values = [2, -3, 0, 1, -0.5]
    const dense = denseOf({
      name: 'w',
      shape: [5],
      optimizer: resolveOptimizer({ name: 'sgd', learningRate: 0.1 }),
      l2: 0.5,
      l1: 0.2,
    })
    dense.weights('w').set(values)
    dense.update('w', new Float32Array(5).fill(1), step(1))
    for (const [index, weight] of values.entries())
      expect(dense.weights('w')[index]).toBeCloseTo(weight - 0.1 * (1 + 0.5 * weight + 0.2 * Math.sign(weight)), 6)
  })
})

describe.each(names)('%s', (name) => {
  const optimizer = resolveOptimizer({ name, learningRate: 0.05 })

  it('leaves weights alone where nothing ever pulled at them', () => {
    expect(trajectory({ name }, [0, 0])).toEqual([0, 0])
  })

  it('goes downhill on a quadratic', () => {
    const dense = denseOf({ name: 'w', shape: [7], optimizer, l2: 0 })
    const target = Float32Array.from({ length: 7 }, (_, i) => randomNormal(1, i) / 2)
    const distance = (): number =>
      dense.weights('w').reduce((sum, weight, i) => sum + (weight - (target[i] ?? 0)) ** 2, 0)
    const before = distance()
    for (let i = 1; i <= 200; i++)
      dense.update(
        'w',
        dense.weights('w').map((weight, k) => weight - (target[k] ?? 0)),
        step(i),
      )
    expect(distance()).toBeLessThan(0.2 * before)
  })

  it('does to a sparse row what it does to a dense tensor, and touches no other row', () => {
    const memory = createTableMemory()
    const dimension = 7
    const table = createTable(memory, { name: 't', rowCount: 5, dimension, optimizer })
    table.initialize({ key: 3, standardDeviation: 0.1, distribution: 'zeros' })
    const before = Float32Array.from(table.rows)
    const lookup = createLookup(memory, {
      width: dimension,
      parts: [{ table, column: 'c', offset: 0, combiner: 'sum' }],
    })
    const dense = denseOf({ name: 'w', shape: [dimension], optimizer, l2: 0 }, memory)
    for (let i = 1; i <= 3; i++) {
      const gradient = Float32Array.from({ length: dimension }, (_, k) => randomNormal(i, k))
      lookup.forward({ rowCount: 1, ids: { c: { ids: Int32Array.of(2), offsets: null, weights: null } } })
      lookup.gradient().set(gradient)
      lookup.update(step(i))
      dense.update('w', gradient, step(i))
    }
    expect([...table.readWeights(2, 1)]).toEqual([...dense.weights('w')])
    for (const row of [0, 1, 3, 4]) {
      const [from, to] = [row * table.rowFloats, (row + 1) * table.rowFloats]
      expect([...table.rows.subarray(from, to)]).toEqual([...before.subarray(from, to)])
    }
  })

  it('goes on from any weights when its state is begun anew', () => {
    const memory = createTableMemory()
    const optimizer = resolveOptimizer({ name, ...(name === 'ftrl' ? { l1: 0.3, l2: 0.2, beta: 0.5 } : {}) })
    const table = createTable(memory, { name, rowCount: 2, dimension: 5, optimizer })
    table.initialize({ key: 0, standardDeviation: 0, distribution: 'zeros' })
    const weights = [0.5, -0.25, 0, 3, -1e-3]
    table.rows.fill(7)
    table.writeWeights(1, Float32Array.from(weights))
    table.restartRow(1)
    expect([...table.readWeights(1, 1)]).toEqual([...Float32Array.from(weights)])
    const dense = denseOf({ name: 'w', shape: [5], optimizer, l2: 0 }, memory)
    dense.weights('w').set(weights)
    dense.restart('w')
    dense.update('w', new Float32Array(5), step(1))
    for (const [index, weight] of dense.weights('w').entries()) expect(weight).toBeCloseTo(weights[index] ?? 0, 5)
  })

  it('keeps its weights when it forgets, and moves them further afterwards', () => {
    const hyperparameters = name === 'ftrl' ? { l1: 0.3, l2: 0.2, beta: 0.5 } : {}
    const make = () => {
      const resolved = resolveOptimizer({ name, ...hyperparameters })
      const dense = denseOf({ name: 'w', shape: [9], optimizer: resolved, l2: 0 })
      const gradient = (i: number): Float32Array => Float32Array.from({ length: 9 }, (_, k) => randomNormal(i, k))
      for (let i = 1; i <= 6; i++) dense.update('w', gradient(i), step(i))
      return { dense, before: Float32Array.from(dense.weights('w')) }
    }
    const moved = (memory: number, gradient: number): number[] => {
      const { dense, before } = make()
      dense.fade(memory)
      expect([...dense.weights('w')]).toEqual([...before])
      dense.update('w', new Float32Array(9).fill(gradient), step(7))
      return [...dense.weights('w')].map((weight, index) => Math.abs(weight - (before[index] ?? 0)))
    }
    const sums = name === 'adagrad' || name === 'proximalAdagrad' || name === 'ftrl'
    if (sums && name !== 'proximalAdagrad') for (const distance of moved(0, 0)) expect(distance).toBeLessThan(1e-5)
    const [kept, faded] = [moved(1, 5), moved(0, 5)]
    for (const [index, distance] of faded.entries()) {
      if (sums) expect(distance).toBeGreaterThan(kept[index] ?? Infinity)
      else expect(distance).toBe(kept[index])
    }
  })

  it('goes on bit-equal from saved state', () => {
    const make = () => denseOf({ name: 'w', shape: [9], optimizer, l2: 0.01 })
    const gradient = (i: number): Float32Array => Float32Array.from({ length: 9 }, (_, k) => randomNormal(i, k))
    const whole = make()
    for (let i = 1; i <= 6; i++) whole.update('w', gradient(i), step(i))
    const first = make()
    for (let i = 1; i <= 3; i++) first.update('w', gradient(i), step(i))
    const second = make()
    second.raw('w').set(first.raw('w'))
    for (let i = 4; i <= 6; i++) second.update('w', gradient(i), step(i))
    expect([...second.raw('w')]).toEqual([...whole.raw('w')])
  })

  it('agrees with the independent reference over twenty steps', () => {
    const path = new URL('../../test/golden/optimizers.json', import.meta.url)
    expect(existsSync(path)).toBe(true)
    const golden = JSON.parse(readFileSync(path, 'utf8')) as Record<
      string,
      { hyperparameters: Record<string, number>; gradients: number[][]; weights: number[][] }
    >
    const { hyperparameters, gradients, weights } = golden[name] ?? { hyperparameters: {}, gradients: [], weights: [] }
    expect(gradients).toHaveLength(20)
    const length = gradients[0]?.length ?? 0
    // Relative to the largest weight on the way: one that passes zero has lost its own digits to cancellation.
    const scale = Math.max(...weights.flat().map(Math.abs))
    const dense = denseOf({
      name: 'w',
      shape: [length],
      optimizer: resolveOptimizer({ name, ...hyperparameters }),
      l2: 0,
    })
    for (const [index, gradient] of gradients.entries()) {
      dense.update('w', Float32Array.from(gradient), step(index + 1))
      for (const [k, expected] of (weights[index] ?? []).entries()) {
        expect(Math.abs((dense.weights('w')[k] ?? Number.NaN) - expected)).toBeLessThan(1e-6 * scale)
      }
    }
  })
})

describe('the list of optimizers', () => {
  it('has every file of assembly/optimizers', () => {
    const files = readdirSync(new URL('./assembly/optimizers/', import.meta.url)).map((file) => file.replace('.ts', ''))
    expect(names.sort()).toEqual(files.sort())
  })

  it('refuses unknown names, unknown hyperparameters and values out of range, all at once', () => {
    expect(() => resolveOptimizer({ name: 'adagrat' })).toThrow(/did you mean "adagrad"/)
    expect(() => resolveOptimizer({ name: 'ftrl', l3: 1, l1: -1 })).toThrow(/2 fault[^]*l3[^]*l1/)
  })

  it.each([
    [{ name: 'adam', beta1: 1 }, /beta1 must be a number in \[0, 1\); got 1/],
    [{ name: 'adam', beta2: Math.fround(0.999_999_999) }, /beta2/],
    [{ name: 'ftrl', learningRate: 0 }, /learningRate must be a number in \(0, ∞\); got 0/],
    [{ name: 'adagrad', epsilon: 1e-50 }, /epsilon/],
    [{ name: 'sgd', learningRate: Number.NaN }, /learningRate/],
  ])('refuses %o, at which a kernel would divide by zero', (optimizer, message) => {
    expect(() => resolveOptimizer(optimizer)).toThrow(message)
  })
})
