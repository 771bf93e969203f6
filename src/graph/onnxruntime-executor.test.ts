import { describe, expect, it } from 'vitest'
import { createOnnxRuntimeExecutor } from './onnxruntime-executor.js'
import * as o from './operations.js'
import { Graph } from './tensor.js'
import { writeOnnx } from './write-onnx.js'

function doubling() {
  const x = new Graph().input('x', ['batch', 2])
  return writeOnnx({ outputs: { y: o.add(x, x) }, precision: 'float32' })
}
const feed = (...values: readonly number[]) => ({ data: Float32Array.from(values), shape: [values.length / 2, 2] })

describe('the ONNX Runtime executor', () => {
  it('runs any batch size, an empty one included', async () => {
    const graph = await createOnnxRuntimeExecutor().compile(doubling())
    for (const size of [3, 1, 0, 17]) {
      const values = Array.from({ length: size * 2 }, (_, i) => i)
      const { y } = await graph.run({ x: feed(...values) })
      expect(y?.shape).toEqual([size, 2])
      expect([...(y?.data ?? [])]).toEqual(values.map((value) => 2 * value))
    }
    await graph.close()
  })

  it('gives results that a later run leaves alone', async () => {
    const graph = await createOnnxRuntimeExecutor().compile(doubling())
    const first = await graph.run({ x: feed(1, 2) })
    await graph.run({ x: feed(5, 6) })
    expect([...(first['y']?.data ?? [])]).toEqual([2, 4])
    await graph.close()
  })

  it('computes the same with more threads and without spinning', async () => {
    const graph = await createOnnxRuntimeExecutor().compile(doubling(), { threads: 2, spinning: false })
    expect([...((await graph.run({ x: feed(1, 2) }))['y']?.data ?? [])]).toEqual([2, 4])
    await graph.close()
  })

  it('leaves an output in its target', async () => {
    const graph = await createOnnxRuntimeExecutor().compile(doubling())
    const target = new Float32Array(new SharedArrayBuffer(8))
    const { y } = await graph.run({ x: feed(1, 2) }, { y: target, other: new Float32Array(3) })
    expect(y?.data).toBe(target)
    expect([...target]).toEqual([2, 4])
    await graph.close()
  })

  it('ignores feeds it has no input for and names the ones it misses', async () => {
    const graph = await createOnnxRuntimeExecutor().compile(doubling())
    expect(Object.keys(await graph.run({ x: feed(1, 2), other: feed(3, 4) }))).toEqual(['y'])
    await expect(graph.run({ other: feed(1, 2) })).rejects.toThrow('nothing is fed for the inputs x')
    await graph.close()
  })

  it('frees its session once and is not run afterwards', async () => {
    const graph = await createOnnxRuntimeExecutor().compile(doubling())
    await graph.close()
    await graph.close()
    await expect(graph.run({ x: feed(1, 2) })).rejects.toThrow('a closed graph is run')
  })

  it('says what the runtime says about a model or a feed that is wrong', async () => {
    const executor = createOnnxRuntimeExecutor()
    await expect(executor.compile(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'GRAPH_EXECUTOR_FAILED' })
    const graph = await executor.compile(doubling())
    const wrong = { data: Float32Array.of(1, 2, 3), shape: [1, 3] }
    await expect(graph.run({ x: wrong })).rejects.toMatchObject({ code: 'GRAPH_EXECUTOR_FAILED' })
    await graph.close()
  })
})
