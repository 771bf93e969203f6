import { describe, expect, it } from 'vitest'
import * as o from './operations.js'
import { Graph } from './tensor.js'

describe('a graph', () => {
  it('makes the same operation on the same tensors once', () => {
    const graph = new Graph()
    const x = graph.input('x', ['batch', 3])
    expect(o.exp(x)).toBe(o.exp(x))
    expect(o.exp(graph.input('x', ['batch', 3]))).toBe(o.exp(x))
    expect(o.sum(x, [-1])).toBe(o.sum(x, [1]))
    expect(o.sum(x, [1, 0])).toBe(o.sum(x, [0, 1]))
  })

  it('keeps different attributes and orders of inputs apart', () => {
    const graph = new Graph()
    const [x, y] = [graph.input('x', [2]), graph.input('y', [2])]
    expect(o.subtract(x, y)).not.toBe(o.subtract(y, x))
    expect(o.slice(x, 0, 0, 1)).not.toBe(o.slice(x, 0, 1, 2))
  })

  it('keeps constants apart that JSON writes alike: both infinities, NaN, and both zeros', () => {
    const graph = new Graph()
    const constants = [Infinity, -Infinity, Number.NaN, 0, -0].map((value) => graph.constant(value))
    expect(new Set(constants).size).toBe(5)
    expect(graph.constant(-Infinity)).toBe(constants[1])
  })

  it('refuses a second input of the same name and another shape', () => {
    const graph = new Graph()
    graph.input('x', [2])
    expect(() => graph.input('x', [3])).toThrow('the input "x" must have one shape; got [2] and [3]')
  })

  it('refuses constants that do not fill their shape', () => {
    expect(() => new Graph().constant([1, 2], [3])).toThrow('as many values as its shape')
  })

  it('refuses tensors of another graph', () => {
    expect(() => o.add(new Graph().input('a', [2]), new Graph().input('a', [2]))).toThrow('two graphs')
  })

  it('refuses shapes that do not fit', () => {
    const graph = new Graph()
    const x = graph.input('x', [3, 4])
    const y = graph.input('y', ['batch', 4])
    const wrong = [
      () => o.add(x, graph.input('z', [2])),
      () => o.matmul(x, x),
      () => o.reshape(x, [5]),
      () => o.reshape(y, ['batch', 'other']),
      () => o.transpose(x, [0, 0]),
      () => o.transpose(x, [0]),
      () => o.expandLike(x, graph.input('w', [4])),
      () => o.sumTo(x, [2]),
      () => o.slice(y, 0, 0, 1),
      () => o.slice(x, 1, 2, 5),
      () => o.concat([x, y], 1),
      () => o.sum(x, [2]),
    ]
    for (const build of wrong) expect(build).toThrow(expect.objectContaining({ code: 'GRAPH_SHAPE_MISMATCH' }))
  })

  it('broadcasts the batch with itself and with 1', () => {
    const graph = new Graph()
    const x = graph.input('x', ['batch', 1])
    expect(o.add(x, graph.input('w', [4])).shape).toEqual(['batch', 4])
    expect(() => o.add(x, graph.input('y', [7, 1]))).toThrow('shapes that broadcast')
  })
})
