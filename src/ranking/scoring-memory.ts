/** What a pool will take, from the files of its bundle: asked before a second version is loaded beside the first. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest } from '../model/index.js'
import type { TableSpec } from '../model/index.js'
import { defaultItemPartBytes } from './fast-ranker.js'
import type { ScoringPoolOptions } from './scoring.js'

/** A thread with an isolate and the runtime, before it has loaded anything. */
const threadBytes = 48 * 2 ** 20
/** The whole graph and its three parts, each with weights as they are stored and as the runtime repacks them. */
const copiesOfWeights = 5
/** What is learned of the columns, and the hash tables over it. */
const copiesOfState = 3

/** Bytes that `openScoringPool` takes at most, without the items' own features: an estimate that loads nothing and verifies nothing. */
export async function scoringMemoryBytes(
  directory: string,
  { threads = 1, itemPartBytes = defaultItemPartBytes }: Pick<ScoringPoolOptions, 'threads' | 'itemPartBytes'> = {},
): Promise<number> {
  const { content } = await readManifest(directory, { isVerified: true })
  // Rows of tables begin at multiples of four floats.
  const tables = (content['tables'] as TableSpec[]).reduce(
    (sum, { rowCount, dimension }) => sum + rowCount * 16 * Math.ceil(dimension / 4),
    0,
  )
  const weights = statSync(join(directory, 'model.onnx')).size
  const state = readdirSync(join(directory, 'feature-state')).reduce(
    (sum, file) => sum + statSync(join(directory, 'feature-state', file)).size,
    0,
  )
  return tables + itemPartBytes + threads * (threadBytes + copiesOfWeights * weights + copiesOfState * state)
}
