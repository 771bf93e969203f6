import { describe, expect, it } from 'vitest'
import { randomNormal } from '../base/index.js'
import { compileAttribution } from './attribute.js'
import type { AttributionMethod } from './attribute.js'
import { gaussLegendre } from './gauss-legendre.js'
import * as o from './operations.js'
import { Graph } from './tensor.js'
import type { Tensor } from './tensor.js'

const width = 3
const draws = (key: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, index) => randomNormal(key, index))

interface Result {
  readonly method: AttributionMethod
  readonly output: number
  readonly reference: number
  readonly multipliers: Float64Array
  /** Multipliers times differences. */
  readonly contributions: readonly number[]
}

/** The attribution of a function of one input `x`, `[batch, width]`. */
async function attribute(
  build: (x: Tensor, graph: Graph) => Tensor,
  { to, from, constants = {} }: { to: number[]; from: number[]; constants?: Record<string, Float32Array> },
): Promise<Result> {
  const graph = new Graph()
  const x = graph.input('x', ['batch', to.length])
  const attribution = await compileAttribution({ output: build(x, graph), inputs: { x }, constants })
  const feed = (values: number[]): object => ({ x: { data: Float32Array.from(values), shape: [1, values.length] } })
  const { output, reference, multipliers } = await attribution.attribute(feed(to) as never, feed(from) as never)
  await attribution.close()
  const own = multipliers['x'] ?? new Float64Array(0)
  const contributions = Array.from(own, (multiplier, index) => multiplier * ((to[index] ?? 0) - (from[index] ?? 0)))
  return { method: attribution.method, output, reference, multipliers: own, contributions }
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
/** Difference of the outputs less all contributions. */
const residue = ({ output, reference, contributions }: Result): number => output - reference - total(contributions)

describe('DeepLIFT', () => {
  it('is hand arithmetic on two hidden units', async () => {
    // h = relu([1 −1; 2 1]ᵀ…): h₁ = relu(x₁ + 2x₂ − 1), h₂ = relu(−x₁ + x₂); z = 3h₁ − 2h₂ + 5.
    const constants = {
      w: Float32Array.of(1, -1, 2, 1),
      b: Float32Array.of(-1, 0),
      v: Float32Array.of(3, -2),
      c: Float32Array.of(5),
    }
    const found = await attribute(
      (x, graph) => {
        const hidden = o.relu(o.linear(x, graph.input('w', [2, 2]), graph.input('b', [2])))
        return o.linear(hidden, graph.input('v', [2, 1]), graph.input('c', [1]))
      },
      { to: [2, 1], from: [0, 0.25], constants },
    )
    // x: h₁ = relu(3) = 3, h₂ = relu(−1) = 0, z = 14. Reference: h₁ = relu(−0.5) = 0, h₂ = 0.25, z = 4.5.
    expect(found.output).toBeCloseTo(14, 12)
    expect(found.reference).toBeCloseTo(4.5, 12)
    // Multipliers: h₁ (3 − 0)/(3 − −0.5) = 6/7, h₂ (0 − 0.25)/(−1 − 0.25) = 1/5.
    // x₁: 3·6/7·1 − 2·1/5·(−1) = 18/7 + 2/5; x₂: 3·6/7·2 − 2·1/5·1 = 36/7 − 2/5.
    expect(found.multipliers[0]).toBeCloseTo(18 / 7 + 2 / 5, 12)
    expect(found.multipliers[1]).toBeCloseTo(36 / 7 - 2 / 5, 12)
    expect(found.method).toBe('deeplift')
    expect(residue(found)).toBeCloseTo(0, 12)
  })

  it('takes the gradient where nothing moved', async () => {
    const found = await attribute((x) => o.sum(o.multiply(o.square(x), x.graph.constant(0.5)), [1], true), {
      to: [3, 2],
      from: [3, 0],
    })
    // d(x²/2)/dx = 3 at 3; (2 − 0)/(2 − 0) = 1.
    expect([...found.multipliers]).toEqual([3, 1])
  })

  const elementwise: Record<string, (x: Tensor) => Tensor> = {
    relu: o.relu,
    sigmoid: o.sigmoid,
    tanh: o.tanh,
    absolute: o.absolute,
    square: o.square,
    softplus: o.softplus,
    'leaky relu': (x) => o.subtract(o.relu(x), o.multiply(o.relu(o.negate(x)), x.graph.constant(0.01))),
    elu: (x) => o.where(x, x, o.subtract(o.exp(o.minimum(x.graph.constant(0), x)), x.graph.constant(1))),
    'gelu, a product of two functions of x': (x) =>
      o.multiply(o.multiply(x, x.graph.constant(0.5)), o.add(x.graph.constant(1), o.tanh(o.multiply(x, o.square(x))))),
    'a quotient of two functions of x': (x) => o.divide(x, o.add(x.graph.constant(1), o.square(x))),
    'sign and heaviside': (x) => o.add(o.sign(x), o.heaviside(x)),
  }
  for (const [name, activation] of Object.entries(elementwise)) {
    it(`adds up through ${name} in one pass`, async () => {
      const constants = { w: draws(1, 3 * 4), b: draws(2, 4), v: draws(3, 4) }
      for (let row = 0; row < 4; row++) {
        const found = await attribute(
          (x, graph) =>
            o.matmul(
              activation(o.linear(x, graph.input('w', [3, 4]), graph.input('b', [4]))),
              graph.input('v', [4, 1]),
            ),
          { to: [...draws(10 + row, width)], from: [...draws(20 + row, width)], constants },
        )
        expect(found.method).toBe('deeplift')
        expect(Math.abs(residue(found))).toBeLessThan(1e-11)
      }
    })
  }

  it('calls what has only linear operations linear, whatever its shape', async () => {
    const found = await attribute(
      (x, graph) => {
        const folded = o.transpose(o.reshape(o.concat([x, o.slice(x, 1, 0, 1)], 1), ['batch', 2, 2]), [0, 2, 1])
        const spread = o.expandLike(o.sum(folded, [2], true), folded)
        const back = o.reshape(o.pad(spread, 2, 0, 1), ['batch', 6])
        return o.divide(o.matmul(back, graph.input('w', [6, 1])), o.sizeOf(x, [1]))
      },
      { to: [1, -2, 4], from: [0, 0, 0], constants: { w: Float32Array.of(1, 2, 100, 3, 4, 100) } },
    )
    // [x₁ x₂; x₃ x₁]ᵀ has the rows (x₁, x₃) and (x₂, x₁): 3(x₁ + x₃) + 7(x₂ + x₁), over 3.
    expect(found.method).toBe('linear')
    expect(Array.from(found.multipliers, (one) => Number((3 * one).toFixed(10)))).toEqual([10, 7, 3])
  })
})

describe('integrated gradients', () => {
  it('split a product as the mean of both orders, exactly', async () => {
    // z = x₁·x₂ from (1, 2) to (3, 5): Δ₁·(2 + 5)/2 = 7, Δ₂·(1 + 3)/2 = 6, Δz = 13.
    const found = await attribute((x) => o.multiply(o.slice(x, 1, 0, 1), o.slice(x, 1, 1, 2)), {
      to: [3, 5],
      from: [1, 2],
    })
    expect(found.method).toBe('integrated-gradients')
    expect(found.contributions).toEqual([expect.closeTo(7, 11), expect.closeTo(6, 11)])
  })

  it('add up below softmax and below a product of two towers, with a rule above', async () => {
    const constants = { w: draws(1, 9), v: draws(2, 9), u: draws(4, 3) }
    const found = await attribute(
      (x, graph) => {
        const attention = o.softmax(o.matmul(x, graph.input('w', [3, 3])))
        const mixed = o.multiply(attention, o.tanh(o.matmul(x, graph.input('v', [3, 3]))))
        return o.matmul(o.relu(mixed), graph.input('u', [3, 1]))
      },
      { to: [...draws(5, width)], from: [...draws(6, width)], constants },
    )
    expect(found.method).toBe('integrated-gradients')
    expect(Math.abs(residue(found))).toBeLessThan(1e-9)
  })

  it('repeat tensors whose first axis is the batch times something else', async () => {
    const found = await attribute(
      (x) => {
        const rows = o.reshape(x, ['batch·cells', 2])
        const pairs = o.multiply(o.slice(rows, 1, 0, 1), o.slice(rows, 1, 1, 2))
        return o.sum(o.square(o.reshape(pairs, ['batch', 2])), [1], true)
      },
      { to: [1, 2, 3, 4], from: [0, 1, -1, 2] },
    )
    expect(Math.abs(residue(found))).toBeLessThan(1e-11)
    expect(Math.abs(total(found.contributions.slice(0, 2)) - 4)).toBeLessThan(1e-11)
  })
})

describe('Gauss-Legendre', () => {
  it('is exact for polynomials of degree 2n − 1', () => {
    for (const count of [1, 2, 5, 64]) {
      const { nodes, weights } = gaussLegendre(count)
      for (const degree of [0, 1, 2 * count - 1]) {
        const integral = nodes.reduce((sum, node, index) => sum + (weights[index] ?? 0) * node ** degree, 0)
        expect(integral).toBeCloseTo(1 / (degree + 1), 12)
      }
    }
  })
})
