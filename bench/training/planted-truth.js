/**
 * What the generated labels follow, so that the held-out log loss says who has learned. Every part of a model has something to find: an
 * effect of each id (both parts), products of hidden tastes of ids (the deep part), an effect of each crossed pair (the wide part), and
 * bends in the numbers (the deep part).
 */
import { randomKey, randomNormal } from '../../dist/base/index.js'

const tasteWidth = 4
/** Standard deviations of the parts of the logit; each part is a sum of independent terms that is scaled to it. */
const strength = { effects: 1, tastes: 0.8, pairs: 0.6, numbers: 0.5 }
const bias = -1

/** `logitOf(row)` of a `row` as generated-rows.js makes it: `ids` by column, and `numbers`. */
export function plantTruth({ seed, columns, numberCount }) {
  const features = columns.filter(({ isCross }) => !isCross)
  const crosses = columns.filter(({ isCross }) => isCross)
  const tables = features.map(({ name, rowCount }) =>
    normals(randomKey(seed, 'truth', name), rowCount * (1 + tasteWidth)),
  )
  const pairKeys = crosses.map(({ name }) => randomKey(seed, 'truth', name))
  const scale = {
    effects: strength.effects / Math.sqrt(features.length),
    tastes: strength.tastes / ((features.length / 2) * Math.sqrt(tasteWidth)),
    pairs: strength.pairs / Math.sqrt(Math.max(1, crosses.length)),
    numbers: strength.numbers / Math.sqrt(Math.max(1, numberCount)),
  }
  const tastes = [new Float64Array(tasteWidth), new Float64Array(tasteWidth)]
  return ({ ids, numbers }) => {
    for (const taste of tastes) taste.fill(0)
    let [effects, pairs, bends] = [0, 0, 0]
    for (const [index, { length }] of features.entries()) {
      const [table, taste, values] = [tables[index], tastes[index % 2], ids[index]]
      // Values of a list share the weight of one.
      const share = 1 / Math.sqrt(length)
      for (let at = 0; at < length; at++) {
        const place = values[at] * (1 + tasteWidth)
        effects += share * table[place]
        for (let k = 0; k < tasteWidth; k++) taste[k] += share * table[place + 1 + k]
      }
    }
    for (const [index, key] of pairKeys.entries()) pairs += randomNormal(key, ids[features.length + index][0])
    for (const [index, number] of numbers.entries())
      bends += index % 2 === 0 ? Math.tanh(2 * number) : Math.abs(number) - 0.8
    let product = 0
    for (let k = 0; k < tasteWidth; k++) product += tastes[0][k] * tastes[1][k]
    return bias + scale.effects * effects + scale.tastes * product + scale.pairs * pairs + scale.numbers * bends
  }
}

function normals(key, length) {
  const made = new Float32Array(length)
  for (let i = 0; i < length; i++) made[i] = randomNormal(key, i)
  return made
}
