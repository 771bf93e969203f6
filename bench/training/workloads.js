/** The pinned workloads (bench/workloads.json), and their rows in a cache directory, made once. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hash32 } from '../../dist/base/index.js'
import { frappeRows } from './frappe-rows.js'
import { generateRows } from './generated-rows.js'

/** Counts up when the same declaration makes other rows. */
const generatorVersion = 1

export const workloads = JSON.parse(readFileSync(new URL('../workloads.json', import.meta.url), 'utf8'))

/** Rows and the programs of others: gigabytes, and no part of this repository. */
export const cacheDirectory = process.env.WIDEDEEP_BENCH_CACHE ?? join(tmpdir(), 'widedeep-bench')

const dataRoot = process.env.WIDEDEEP_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))

const sources = {
  generated: generateRows,
  frappe: (directory, workload) => frappeRows(directory, workload, dataRoot),
}

/**
 * The directory of a workload's rows, with `workload.json`: the declaration, `columns` (name, rowCount, length, isCross), `numberCount`,
 * and the log loss of the planted truth on the held-out rows.
 */
export function openWorkload(workload, cache = cacheDirectory) {
  const key = hash32(
    JSON.stringify([generatorVersion, workload.batchSize, workload.examples, workload.heldOut, workload.source]),
  )
  const directory = join(cache, 'workloads', `${workload.name}-${key.toString(16)}`)
  if (!existsSync(directory)) {
    const unfinished = `${directory}.${process.pid}`
    try {
      mkdirSync(unfinished, { recursive: true })
      const made = sources[workload.source.kind](unfinished, workload)
      writeFileSync(join(unfinished, 'rows.json'), JSON.stringify(made))
      renameSync(unfinished, directory)
    } finally {
      rmSync(unfinished, { recursive: true, force: true })
    }
  }
  return { directory, ...workload, ...JSON.parse(readFileSync(join(directory, 'rows.json'), 'utf8')) }
}
