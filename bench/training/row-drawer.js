/** A thread that draws rows of a source into memory: asked for `{ part, first, count }`, it answers `{ ids, numbers, labels }`. */
import { parentPort, workerData } from 'node:worker_threads'
import { columnsOf, openRowSource } from './generated-rows.js'

const columns = columnsOf(workerData)
const numberCount = workerData.numbers
const fillOf = openRowSource(workerData)

function draw({ part, first, count }) {
  const ids = columns.map(({ length }) => new Int32Array(count * length))
  const [numbers, labels] = [new Float32Array(count * numberCount), new Float32Array(count)]
  const fill = fillOf(part)
  const row = { ids: [], numbers, label: 0 }
  for (let at = 0; at < count; at++) {
    row.ids = ids.map((values, index) => values.subarray(at * columns[index].length, (at + 1) * columns[index].length))
    row.numbers = numbers.subarray(at * numberCount, (at + 1) * numberCount)
    fill(row, first + at)
    labels[at] = row.label
  }
  return { ids: Object.fromEntries(columns.map(({ name }, index) => [name, ids[index]])), numbers, labels }
}

parentPort.on('message', (wanted) => {
  const rows = draw(wanted)
  parentPort.postMessage(
    rows,
    [...Object.values(rows.ids), rows.numbers, rows.labels].map(({ buffer }) => buffer),
  )
})
