/** An embedding table in plain typed arrays: what a user of TensorFlow.js writes, who needs sparse updates. */
import { randomKey, randomNormal } from '../../../dist/base/index.js'

/** The update of one weight in place: `slots` are two numbers of its own. */
const updates = {
  adagrad:
    ({ learningRate }) =>
    (weights, slots, at, gradient) => {
      slots[2 * at] += gradient * gradient
      weights[at] -= (learningRate * gradient) / Math.sqrt(slots[2 * at])
    },
  ftrl:
    ({ learningRate }) =>
    (weights, slots, at, gradient) => {
      const sum = slots[2 * at] + gradient * gradient
      slots[2 * at + 1] += gradient - ((Math.sqrt(sum) - Math.sqrt(slots[2 * at])) / learningRate) * weights[at]
      slots[2 * at] = sum
      weights[at] = (-learningRate * slots[2 * at + 1]) / Math.sqrt(sum)
    },
  adam:
    ({ learningRate }) =>
    (weights, slots, at, gradient, step) => {
      const first = (slots[2 * at] = 0.9 * slots[2 * at] + 0.1 * gradient)
      const second = (slots[2 * at + 1] = 0.999 * slots[2 * at + 1] + 0.001 * gradient * gradient)
      weights[at] -= (learningRate * (first / (1 - 0.9 ** step))) / (Math.sqrt(second / (1 - 0.999 ** step)) + 1e-8)
    },
}

/** A table for a column; `l2` is a penalty on all of it at every step. */
export function createTable({ rowCount, length }, { width, combiner, deviation = 0, l2 = 0, optimizer }) {
  const size = rowCount * width
  const weights = new Float32Array(size)
  if (deviation > 0)
    for (let i = 0; i < size; i++) weights[i] = deviation * randomNormal(randomKey(1, 'table', rowCount), i)
  const slots = new Float32Array(2 * size)
  if (optimizer.name !== 'adam') for (let i = 0; i < size; i++) slots[2 * i] = 0.1
  const update = updates[optimizer.name](optimizer)
  const share = combiner === 'mean' ? 1 / length : 1
  const gradients = new Float32Array(size)
  const isTouched = new Uint8Array(rowCount)
  const touched = []
  let step = 0
  return {
    /** Adds the combined rows of each example to `target`, at `offset` of its `stride` numbers. */
    gather(ids, target, { stride, offset }) {
      for (let i = 0; i < ids.length; i++) {
        const [to, from] = [Math.floor(i / length) * stride + offset, ids[i] * width]
        for (let k = 0; k < width; k++) target[to + k] += share * weights[from + k]
      }
    },
    /** Takes the gradient of what `gather` has added. */
    update(ids, gradient, { stride, offset }) {
      for (let i = 0; i < ids.length; i++) {
        const [from, to] = [Math.floor(i / length) * stride + offset, ids[i] * width]
        if (!isTouched[ids[i]]) touched.push(ids[i])
        isTouched[ids[i]] = 1
        for (let k = 0; k < width; k++) gradients[to + k] += share * gradient[from + k]
      }
      step++
      if (l2 > 0) for (let at = 0; at < size; at++) update(weights, slots, at, gradients[at] + l2 * weights[at], step)
      else
        for (const id of touched)
          for (let at = id * width; at < (id + 1) * width; at++) update(weights, slots, at, gradients[at], step)
      for (const id of touched) {
        gradients.fill(0, id * width, (id + 1) * width)
        isTouched[id] = 0
      }
      touched.length = 0
    },
  }
}
