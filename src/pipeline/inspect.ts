import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openBundle } from '../model/index.js'
import type { Bundle } from '../model/index.js'
import type { CrossReport } from './crosses/cross-report.js'
import { crossReports } from './crosses/cross-report.js'

export interface InspectResult {
  readonly bundle: string
  readonly head: string
  readonly parameterCount: number
  readonly sizeBytes: number
  readonly columns: readonly { readonly name: string; readonly kind: string; readonly size: number }[]
  readonly tables: readonly TableSummary[]
  readonly crosses: readonly CrossReport[]
  /**
   * Multiplications of matrix products for one candidate: in one graph (`plain`), and those that depend on the item alone, on the request
   * alone, and on both. `null` for an architecture of your own.
   */
  readonly multiplications: Multiplications | null
}

export type Multiplications = NonNullable<ReturnType<Bundle['split']>>['multiplications']

export interface TableSummary {
  readonly name: string
  readonly rowCount: number
  readonly dimension: number
  /** Rows with at least one weight that is not zero: what L1 left of the wide part. */
  readonly nonZeroRows: number
}

/** What is in a bundle; verifies it on the way. */
export async function inspectBundle(directory: string): Promise<InspectResult> {
  const bundle = await openBundle(directory)
  try {
    const tables = tableSummaries(bundle)
    const columns = bundle.encoder.columns.map(({ name, shape }) => ({
      name,
      kind: shape.kind,
      size: shape.kind === 'ids' ? shape.idCount : shape.width,
    }))
    return {
      bundle: directory,
      head: bundle.model.head,
      parameterCount: parameterCountOf(bundle),
      sizeBytes: sizeOf(directory),
      columns,
      tables,
      crosses: crossReports(bundle),
      multiplications: bundle.split()?.multiplications ?? null,
    }
  } finally {
    await bundle.close()
  }
}

/** Every table of an open bundle. */
export function tableSummaries(bundle: Bundle): TableSummary[] {
  return bundle.tables.map(({ name, rowCount, dimension }) => {
    return { name, rowCount, dimension, nonZeroRows: nonZeroRows(bundle.readWeights(name), dimension) }
  })
}

/** All weights of an open bundle: tables and layers. */
export function parameterCountOf(bundle: Bundle): number {
  const sparse = bundle.tables.reduce((sum, { rowCount, dimension }) => sum + rowCount * dimension, 0)
  return sparse + bundle.denseParameterCount()
}

function nonZeroRows(weights: Float32Array, dimension: number): number {
  let count = 0
  for (let row = 0; row < weights.length; row += dimension) {
    if (weights.subarray(row, row + dimension).some((weight) => weight !== 0)) count++
  }
  return count
}

function sizeOf(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path).reduce((sum, name) => sum + (name === 'training-state' ? 0 : sizeOf(join(path, name))), 0)
}
