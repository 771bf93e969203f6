/** What models cost to serve: the bytes that scoring loads, and the time of a request with all models measured in turn. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { EncodedDataset } from '../data/index.js'
import type { Bundle } from '../model/index.js'

/** Rows of a request: what a ranker is asked for at once. */
const requestRows = 100
const warmUps = 5
const requests = 41

/** Bytes of a bundle without its training state. */
export function servingBytes(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('training-state'))
    .map((path) => statSync(join(directory, path)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)
}

export interface Served {
  readonly bundle: Bundle
  readonly dataset: EncodedDataset
}

/** Median milliseconds of a request to each model; they take turns, so that all see the same moments of a noisy machine. */
export async function latencies(models: readonly Served[]): Promise<number[]> {
  const blocks = await Promise.all(models.map(({ dataset }) => dataset.readBlock(0, requestRows)))
  const times = models.map((): number[] => [])
  for (let request = 0; request < warmUps + requests; request++) {
    for (const [index, { bundle }] of models.entries()) {
      const block = blocks[index]
      if (!block) continue
      const before = performance.now()
      await bundle.predict(block)
      if (request >= warmUps) times[index]?.push(performance.now() - before)
    }
  }
  return times.map((all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0)
}
