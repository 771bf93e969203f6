/**
 * TensorFlow.js in Node, on its WebAssembly backend (the native one is downloaded by an install script). It knows no sparse gradients, so the rows of
 * a batch are gathered and updated in plain JavaScript, and TensorFlow.js has the network: its best reasonable use.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { obey, readRows, task } from '../../training/sides/obey.js'
import { createTable } from './javascript-table.js'

const { batchSize, columns, numberCount, heldOut, model, lossReduction } = task
const require = createRequire(join(process.env.PEERS_HOME, 'package.json'))
const tf = require('@tensorflow/tfjs')
const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm')
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`)
await tf.setBackend('wasm')

const { deep, wide } = model
const features = columns.filter(({ isCross }) => !isCross)
const width = features.length * deep.embedding + numberCount
/** Where each column goes: its table, and its place in the network's input or the wide logit. */
const deepParts = features.map((column, index) => ({
  column,
  table: createTable(column, {
    width: deep.embedding,
    combiner: 'mean',
    deviation: deep.embeddingDeviation ?? 0.01,
    l2: deep.embeddingL2,
    optimizer: deep.optimizer,
  }),
  place: { stride: width, offset: index * deep.embedding },
}))
const wideParts = columns
  .filter(({ isCross }) => wide.columns === 'all' || isCross)
  .map((column) => ({
    column,
    table: createTable(column, { width: 1, combiner: 'sum', l2: wide.l2, optimizer: wide.optimizer }),
    place: { stride: 1, offset: 0 },
  }))

const layers = [...deep.hidden, 1].map((units, index, all) => {
  const inputs = index === 0 ? width : all[index - 1]
  const limit = Math.sqrt(6 / (inputs + units))
  return {
    weight: tf.variable(tf.randomUniform([inputs, units], -limit, limit, 'float32', index)),
    bias: tf.variable(tf.zeros([units])),
    norm: deep.normalization === 'batch' &&
      index < deep.hidden.length && {
        scale: tf.variable(tf.ones([units])),
        shift: tf.variable(tf.zeros([units])),
        mean: tf.variable(tf.zeros([units]), false),
        variance: tf.variable(tf.ones([units]), false),
      },
  }
})
const bias = tf.variable(tf.zeros([1]))
const optimizer =
  deep.optimizer.name === 'adam'
    ? tf.train.adam(deep.optimizer.learningRate)
    : tf.train.adagrad(deep.optimizer.learningRate, 0.1)

function normalized(x, { scale, shift, mean, variance }, isTraining) {
  const moments = isTraining ? tf.moments(x, 0) : { mean, variance }
  if (isTraining) {
    mean.assign(mean.mul(0.9).add(moments.mean.mul(0.1)))
    variance.assign(variance.mul(0.9).add(moments.variance.mul(0.1)))
  }
  return x.sub(moments.mean).div(moments.variance.add(1e-5).sqrt()).mul(scale).add(shift)
}

function logitOf(x, wideLogit, isTraining) {
  let y = x
  for (const { weight, bias: offset, norm } of layers.slice(0, -1)) {
    y = y.matMul(weight).add(offset)
    if (norm) y = normalized(y, norm, isTraining)
    y = y.relu()
    if (isTraining && deep.dropout > 0) y = tf.dropout(y, deep.dropout)
  }
  const last = layers.at(-1)
  return y.matMul(last.weight).add(last.bias).add(wideLogit).add(bias)
}

const idsOf = (rows, { name, length }, { first, count }) =>
  rows.ids[name].subarray(first * length, (first + count) * length)

/** The network's inputs of some rows as tensors. */
function gather(rows, range) {
  const { first, count } = range
  const [x, logits] = [new Float32Array(count * width), new Float32Array(count)]
  for (const { column, table, place } of deepParts) table.gather(idsOf(rows, column, range), x, place)
  for (const { column, table, place } of wideParts) table.gather(idsOf(rows, column, range), logits, place)
  for (let row = 0; row < count; row++) {
    const numbers = rows.numbers.subarray((first + row) * numberCount, (first + row + 1) * numberCount)
    x.set(numbers, (row + 1) * width - numberCount)
  }
  return [tf.tensor2d(x, [count, width]), tf.tensor2d(logits, [count, 1])]
}

// Variables, so that their gradients come with those of the weights.
const input = tf.variable(tf.zeros([batchSize, width]))
const wideLogit = tf.variable(tf.zeros([batchSize, 1]))
const [train, judged] = [readRows('train'), readRows('held-out')]

function gradientsOf({ first, count }) {
  const labels = tf.tensor2d(train.labels.subarray(first, first + count), [count, 1])
  const reduction = lossReduction === 'sum' ? (losses) => losses.sum() : (losses) => losses.mean()
  return tf.variableGrads(() => {
    const logits = logitOf(input, wideLogit, true)
    return reduction(tf.losses.sigmoidCrossEntropy(labels, logits, 1, 0, tf.Reduction.NONE))
  }).grads
}

await obey({
  async step(first) {
    const range = { first, count: batchSize }
    const [ofInput, ofLogit] = tf.tidy(() => {
      const [x, logits] = gather(train, range)
      input.assign(x)
      wideLogit.assign(logits)
      const { [input.name]: inputGradient, [wideLogit.name]: logitGradient, ...dense } = gradientsOf(range)
      optimizer.applyGradients(dense)
      return [inputGradient.dataSync(), logitGradient.dataSync()]
    })
    for (const { column, table, place } of deepParts) table.update(idsOf(train, column, range), ofInput, place)
    for (const { column, table, place } of wideParts) table.update(idsOf(train, column, range), ofLogit, place)
  },
  async predict() {
    const scores = new Float32Array(heldOut)
    for (let first = 0; first < heldOut; first += batchSize) {
      const range = { first, count: Math.min(batchSize, heldOut - first) }
      scores.set(
        tf.tidy(() =>
          logitOf(...gather(judged, range), false)
            .sigmoid()
            .dataSync(),
        ),
        first,
      )
    }
    return scores
  },
})
