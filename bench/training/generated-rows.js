/** Rows of a workload that is generated: Zipf ids, normal numbers, labels that follow a planted truth. */
import { join } from 'node:path'
import { randomKey, randomNormal, randomUniform } from '../../dist/base/index.js'
import { plantTruth } from './planted-truth.js'
import { writeRows } from './row-files.js'
import { zipfSampler } from './zipf.js'

/** Every column of a source: `rowCount` ids, `length` of them in a row. */
export function columnsOf({ columns, lists, crosses, crossBuckets }) {
  return [
    ...Object.entries(columns).map(([name, rowCount]) => ({ name, rowCount, length: 1, isCross: false })),
    ...Object.entries(lists).map(([name, { values, length }]) => ({ name, rowCount: values, length, isCross: false })),
    ...crosses.map((of) => ({ name: of.join('-'), rowCount: crossBuckets, length: 1, isCross: true, of })),
  ]
}

/** `fill(row, index)` of each part by name: sets `row.ids`, `row.numbers` and `row.label`, and answers the chance of that label. */
export function openRowSource(source) {
  const { seed, zipfExponent, numbers: numberCount, crossBuckets } = source
  const columns = columnsOf(source)
  const samplers = columns.map(({ rowCount, isCross }) => (isCross ? null : zipfSampler(rowCount, zipfExponent)))
  const parents = columns.map(({ of = [] }) => of.map((name) => columns.findIndex((column) => column.name === name)))
  const logitOf = plantTruth({ seed, columns, numberCount })
  return (part) => {
    const keyOf = (what) => randomKey(seed, part, what)
    const keys = columns.map(({ name }) => keyOf(name))
    const [numberKey, labelKey] = [keyOf('numbers'), keyOf('labels')]
    return (row, index) => {
      for (const [at, ids] of row.ids.entries())
        if (samplers[at]) for (let i = 0; i < ids.length; i++) ids[i] = samplers[at](keys[at], index * ids.length + i)
        else ids[0] = randomKey(seed, ...parents[at].map((parent) => row.ids[parent][0])) % crossBuckets
      for (let i = 0; i < numberCount; i++) row.numbers[i] = randomNormal(numberKey, index * numberCount + i)
      const chance = 1 / (1 + Math.exp(-logitOf(row)))
      row.label = Number(randomUniform(labelKey, index) < chance)
      return row.label === 1 ? chance : 1 - chance
    }
  }
}

/** Writes `train` and `held-out` into a directory and answers what they hold. */
export function generateRows(directory, { source, examples, heldOut }) {
  const columns = columnsOf(source)
  const numberCount = source.numbers
  const fillOf = openRowSource(source)
  const write = (part, count) => {
    const fill = fillOf(part)
    let entropy = 0
    writeRows(join(directory, part), { columns, numberCount, count }, (row, index) => {
      entropy -= Math.log(fill(row, index))
    })
    return entropy / count
  }
  write('train', examples)
  return { columns, numberCount, examples, heldOut, plantedLogLoss: write('held-out', heldOut) }
}
