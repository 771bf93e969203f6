/** What a model takes and gives, as TensorFlow Serving tells it: its signatures. */
import type { RawInput } from '../../../features/index.js'
import type { ServedModel } from '../../served-model.js'

const types = { text: 'DT_STRING', integer: 'DT_INT64', number: 'DT_FLOAT' } as const

interface Tensor {
  readonly name: string
  readonly dtype: string
  /** Dimensions beside that of the rows. */
  readonly rank: number
}

/** Names that a request may have for its signature; each verb does the same under all of them. */
export const signatureNames: readonly string[] = ['serving_default', 'predict', 'classification', 'regression']

/** The body of `…/metadata`. */
export function tensorFlowMetadata(name: string, { version, inputs, labels }: ServedModel): object {
  const rows = tensors([...new Set(inputs.values())].map(tensorOf))
  const examples = tensors([{ name: 'inputs', dtype: 'DT_STRING', rank: 0 }])
  const score = {
    name: labels.length > 0 ? 'probabilities' : 'score',
    dtype: 'DT_FLOAT',
    rank: labels.length > 0 ? 1 : 0,
  }
  const outputs = tensors([score])
  const classes = tensors([
    { name: 'classes', dtype: 'DT_STRING', rank: 1 },
    { name: 'scores', dtype: 'DT_FLOAT', rank: 1 },
  ])
  const predict = { inputs: rows, outputs, method_name: 'tensorflow/serving/predict' }
  return {
    model_spec: { name, signature_name: '', version },
    metadata: {
      signature_def: {
        signature_def: {
          serving_default: predict,
          predict,
          classification: { inputs: examples, outputs: classes, method_name: 'tensorflow/serving/classify' },
          regression: { inputs: examples, outputs, method_name: 'tensorflow/serving/regress' },
        },
      },
    },
  }
}

const tensorOf = ({ name, type, isList }: RawInput): Tensor => ({ name, dtype: types[type], rank: isList ? 1 : 0 })

function tensors(all: readonly Tensor[]): Record<string, object> {
  return Object.fromEntries(
    all.map(({ name, dtype, rank }) => {
      const dim = Array.from({ length: 1 + rank }, () => ({ size: '-1', name: '' }))
      return [name, { dtype, tensor_shape: { dim, unknown_rank: false }, name: `${name}:0` }]
    }),
  )
}
