/** Every deep feature as one vector of a common size: what factorization machines and attention work on. */
import type { Tensor } from '../../graph/index.js'
import { operations } from '../../graph/index.js'
import type { NetworkBuilder } from '../network-builder.js'
import type { ArchitectureInputs } from './architecture.js'
import { deepOf } from './terms.js'

const { concat, matmul, reshape, slice } = operations

/**
 * `[batch, fields, d]` with `d` = `model.deep.embedding`. A field is a column: its embedding, or its numbers (an indicator's
 * too) times one learned vector each, `Σ x_i·v_i` (DeepFM §2.1). Embeddings of another size are mapped to `d` first.
 */
export function fieldVectors(inputs: ArchitectureInputs, builder: NetworkBuilder): Tensor {
  const { input, layout, deep } = deepOf(inputs)
  const size = deep.embedding
  const mapped = (column: string, offset: number, width: number): Tensor => {
    const weights = builder.parameter(`field/${column}`, [width, size], {
      part: 'deep',
      initializer: 'glorotUniform',
      isPenalized: true,
    })
    return matmul(slice(input, 1, offset, offset + width), weights)
  }
  const embedded = layout.parts.map(({ column, offset, dimension }) =>
    dimension === size ? slice(input, 1, offset, offset + size) : mapped(column, offset, dimension),
  )
  const dense = [...layout.indicators, ...layout.numbers].map(({ column, offset, width }) =>
    mapped(column, offset, width),
  )
  const isPlain = dense.length === 0 && layout.parts.every(({ dimension }) => dimension === size)
  const all = [...embedded, ...dense]
  const flat = isPlain ? slice(input, 1, 0, all.length * size) : concat(all, 1)
  return reshape(flat, ['batch', all.length, size])
}
