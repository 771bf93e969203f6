/**
 * The real rows of Frappe (see examples/frappe), epoch after epoch, each in an order of its own: sides read one after the other and need no
 * shuffling. An epoch leaves out what does not fill its last batch.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { permutation, randomKey } from '../../dist/base/index.js'
import { writeRows } from './row-files.js'

/** Fields by line, the header first. */
const readLines = (file) =>
  readFileSync(file, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))

/** Writes `train` and `held-out`; throws where the files are not there. */
export function frappeRows(directory, { source, batchSize, examples, heldOut }, dataRoot) {
  const [[, ...names], ...train] = readLines(join(dataRoot, 'frappe', 'train.csv'))
  const [, ...valid] = readLines(join(dataRoot, 'frappe', 'valid.csv'))
  const ids = names.map((_, at) => {
    const values = [...new Set(train.map((fields) => fields[at + 1]))].sort((a, b) => Number(a) - Number(b))
    return new Map(values.map((value, id) => [value, id]))
  })
  // The last id of a column is what training has not seen.
  const columns = names.map((name, at) => ({ name, rowCount: ids[at].size + 1, length: 1, isCross: false }))
  const fill = (row, [label, ...values]) => {
    for (const [at, value] of values.entries()) row.ids[at][0] = ids[at].get(value) ?? ids[at].size
    row.label = Number(label)
  }
  const perEpoch = Math.floor(train.length / batchSize) * batchSize
  let order = []
  writeRows(join(directory, 'train'), { columns, numberCount: 0, count: examples }, (row, index) => {
    const epoch = Math.floor(index / perEpoch)
    if (index % perEpoch === 0) order = permutation(train.length, randomKey(source.seed, 'epoch', epoch))
    fill(row, train[order[index % perEpoch]])
  })
  writeRows(join(directory, 'held-out'), { columns, numberCount: 0, count: heldOut }, (row, index) =>
    fill(row, valid[index]),
  )
  return { columns, numberCount: 0, examples, heldOut }
}
