/**
 * The yardstick of cache misses: each row that a step needs is read, batch by batch and table by table as the step does it, then read and
 * written once more. A number of every cache line is touched and nothing is computed.
 */

/** Floats of a cache line. */
const lineFloats = 16

export function visitRows({ layout, state }, rows, batchSize) {
  const places = [...layout.wide.parts, ...layout.deep.parts].map(({ table, column }) => ({
    // The rows of a workload's table lie in one memory.
    table: state.tables.get(table).shards[0],
    ids: rows.ids[column],
  }))
  let sum = 0
  for (let first = 0; first < rows.labels.length; first += batchSize) {
    for (const { table, ids } of places) sum += read(table, ids, first, first + batchSize)
    for (const { table, ids } of places) touch(table, ids, first, first + batchSize)
  }
  return sum
}

function read({ rows, rowFloats }, ids, first, end) {
  let sum = 0
  for (let at = first; at < end; at++) {
    const row = ids[at] * rowFloats
    for (let i = 0; i < rowFloats; i += lineFloats) sum += rows[row + i]
  }
  return sum
}

/** Adds nothing, so that the model stays what it is. */
function touch({ rows, rowFloats }, ids, first, end) {
  for (let at = first; at < end; at++) {
    const row = ids[at] * rowFloats
    for (let i = 0; i < rowFloats; i += lineFloats) rows[row + i] += 0
  }
}
