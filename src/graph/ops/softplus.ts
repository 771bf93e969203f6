import type { Op } from '../op.js'
import type { Tensor } from '../tensor.js'
import { unaryOp } from './elementwise.js'
import { multiply } from './multiply.js'
import { sigmoid } from './sigmoid.js'

const fused = unaryOp('softplus', 'Softplus', (_, x, g) => multiply(g, sigmoid(x)), { pass: 'softplus' })
const float32 = 1

export const softplusOp: Op = {
  ...fused,
  emit(writer, tensor, names) {
    if (writer.elementType === float32) {
      fused.emit(writer, tensor, names)
      return
    }
    // ONNX Runtime's float64 kernel overflows above 709 (float32's does not): max(0, x) + log(1 + e^−|x|) instead.
    const [x = ''] = names.inputs
    const node = (type: string, ...inputs: string[]): string => {
      const output = writer.fresh()
      writer.node(type, inputs, [output])
      return output
    }
    const tail = node('Log', node('Add', writer.scalar(1), node('Exp', node('Neg', node('Abs', x)))))
    writer.node('Add', [node('Relu', x), tail], [names.output])
  },
}

/** `log(1 + eˣ)`, stable for large |x|. */
export function softplus(x: Tensor): Tensor {
  return x.graph.node(softplusOp, [x])
}
