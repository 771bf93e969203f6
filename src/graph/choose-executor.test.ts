import { describe, expect, it } from 'vitest'
import { chooseExecutor, openExecutor } from './choose-executor.js'
import * as o from './operations.js'
import type { Tensor } from './tensor.js'
import { Graph } from './tensor.js'

const onednn = await openExecutor({ executor: 'onednn', precision: 'float32' })
const bfloat16 = await openExecutor({ executor: 'onednn', precision: 'bfloat16' })

/** Layers with an activation between their products. */
function tower(activation: (x: Tensor) => Tensor): Record<string, Tensor> {
  const graph = new Graph()
  const widths = [20, 20, 20, 20]
  const y = widths.reduce<Tensor>(
    (x, width, layer) => activation(o.matmul(x, graph.input(`w${String(layer)}`, [20, width]))),
    graph.input('x', ['batch', 20]),
  )
  return { y }
}

describe('the choice of an executor', () => {
  it('is ONNX Runtime where that is asked for, which multiplies float32', async () => {
    const asked = await chooseExecutor({ executor: 'onnxruntime', precision: 'float32', threads: 1 }, tower(o.relu))
    expect(asked).toMatchObject({ executor: { name: 'onnxruntime' }, reason: 'as asked', isFallback: false })
    const other = await chooseExecutor({ executor: 'onnxruntime', precision: 'bfloat16', threads: 1 }, tower(o.relu))
    expect(other).toMatchObject({ precision: 'float32', isFallback: true })
    expect(other.reason).toBe('ONNX Runtime multiplies float32')
  })

  it.skipIf('reason' in onednn)('is oneDNN where it is installed and products follow one another', async () => {
    const request = { executor: 'auto', precision: 'float32', threads: 1 } as const
    expect((await chooseExecutor(request, tower(o.relu))).executor.name).toBe('onednn')
    const broken = await chooseExecutor(request, tower(o.tanh))
    expect(broken).toMatchObject({ executor: { name: 'onnxruntime' }, isFallback: false })
    expect(broken.reason).toContain('needs ONNX Runtime 4 times')
    const crowded = await chooseExecutor({ ...request, threads: 2 }, tower(o.relu))
    expect(crowded).toMatchObject({ executor: { name: 'onnxruntime' }, isFallback: false })
    const forced = await chooseExecutor({ ...request, executor: 'onednn' }, tower(o.tanh))
    expect(forced).toMatchObject({ executor: { name: 'onednn' }, reason: 'as asked' })
  })

  it.skipIf('reason' in bfloat16)('is oneDNN for bfloat16, and says where float32 may be as fast', async () => {
    const request = { executor: 'auto', precision: 'bfloat16', threads: 1 } as const
    expect((await chooseExecutor(request, tower(o.relu))).reason).toContain('follow one another')
    const broken = await chooseExecutor(request, tower(o.tanh))
    expect(broken).toMatchObject({ executor: { name: 'onednn' }, precision: 'bfloat16', isFallback: false })
    expect(broken.reason).toContain('needs ONNX Runtime 4 times, so float32 may be as fast')
  })

  it.skipIf('reason' in onednn || !('reason' in bfloat16))(
    'falls back to float32 where the processor does not multiply bfloat16, and says so',
    async () => {
      const chosen = await chooseExecutor({ executor: 'auto', precision: 'bfloat16', threads: 1 }, tower(o.relu))
      expect(chosen).toMatchObject({ executor: { name: 'onednn' }, precision: 'float32', isFallback: true })
      expect(chosen.reason).toContain('has no product of bfloat16 for this processor')
    },
  )

  it.skipIf(!('reason' in onednn))('is ONNX Runtime where oneDNN is not installed, with the way to it', async () => {
    const chosen = await chooseExecutor({ executor: 'onednn', precision: 'float32', threads: 1 }, tower(o.relu))
    expect(chosen).toMatchObject({ executor: { name: 'onnxruntime' }, isFallback: true })
    expect(chosen.reason).toContain('apt-get install')
  })
})
