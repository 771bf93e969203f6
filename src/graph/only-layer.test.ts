import { describe, expect, it } from 'vitest'
import { onlyLayer } from './only-layer.js'
import { createOnnxRuntimeExecutor } from './onnxruntime-executor.js'
import * as o from './operations.js'
import { Graph } from './tensor.js'
import type { Tensor } from './tensor.js'

const graph = new Graph()
const x = graph.input('x', ['batch', 3])
const [w, b] = [graph.input('w', [2, 2]), graph.input('b', [2])]
const layer = o.linear(o.slice(x, 1, 0, 2), w, b)
const model = o.add(o.relu(layer), graph.input('other', ['batch', 2]))

describe('the only layer of an input', () => {
  it('is found behind a slice, and nothing is found of an input that is read otherwise', () => {
    expect(onlyLayer([model], x)).toMatchObject({ weights: w, bias: b })
    const v = graph.input('v', [3, 2])
    expect(onlyLayer([o.relu(o.matmul(x, v))], x)).toMatchObject({ weights: v, bias: null })
    const none: Tensor[][] = [
      [model, o.relu(x)],
      [o.linear(o.relu(x), graph.input('v', [3, 2]), b)],
      [o.matmul(x, graph.input('u', [2, 3]), { transposeB: true })],
      [o.linear(x, graph.input('v', [3, 2]), o.relu(b))],
      [o.linear(x, graph.input('v', [3, 2]), b), layer],
      [o.linear(o.slice(x, 1, 1, 3), w, b)],
      [model, o.relu(w)],
      [model, o.relu(b)],
      [graph.constant(1)],
    ]
    for (const tensors of none) expect(onlyLayer(tensors, x)).toBeNull()
  })

  it('computes the same with the bias row by row', async () => {
    const rows = graph.input('rows', ['batch', 2])
    const copy = onlyLayer([model], x)?.withBias(rows).get(model) ?? model
    const executor = createOnnxRuntimeExecutor()
    const compiled = await executor.compile(executor.write({ model, copy }))
    const values = (...data: number[]) => ({ data: Float32Array.from(data), shape: [2, data.length / 2] })
    const feeds = { x: values(1, 2, 3, -1, 0, 5), w: values(1, -2, 3, 4), other: values(5, 6, 7, 8) }
    const bias = { data: Float32Array.of(0.5, -7), shape: [2] }
    const run = await compiled.run({ ...feeds, b: bias, rows: values(0.5, -7, 0.5, -7) })
    expect(run['copy']?.data).toEqual(run['model']?.data)
    const other = await compiled.run({ ...feeds, b: bias, rows: values(0.5, -7, 1, 2) })
    expect([...(other['copy']?.data ?? [])]).toEqual([12.5, 6, 7, 12])
    await compiled.close()
  })
})
