/** The items and users that a bundle brings, read line by line: a server has no database that scans. */
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { JsonValue, StoredItem, StoredUser } from '../events/index.js'
import { catalogueMissing } from './errors.js'

/** Where the keys of items that a user acted on in training lie among the features of a stored user. */
export const seenKey = '$seen'

interface Line {
  readonly key: string
  readonly [name: string]: JsonValue | undefined
}

/** Items in the order of the training data; throws `SERVING_CATALOGUE_MISSING`. */
export async function* bundleItems(bundle: string): AsyncGenerator<StoredItem> {
  const file = join(bundle, 'catalogue', 'items.ndjson')
  if (!existsSync(file)) throw catalogueMissing({ directory: bundle })
  for await (const line of linesOf(file)) {
    const { key, title } = line
    const featuresText = JSON.stringify(featuresOf(line))
    yield { id: key, title: typeof title === 'string' ? title : null, isHidden: false, featuresText }
  }
}

/** Users with their features as of the end of training; none where the config names no user. */
export async function* bundleUsers(bundle: string): AsyncGenerator<StoredUser> {
  const file = join(bundle, 'catalogue', 'users.ndjson')
  if (!existsSync(file)) return
  for await (const line of linesOf(file)) {
    yield { id: line.key, features: { ...featuresOf(line), [seenKey]: line['seen'] ?? [] } }
  }
}

async function* linesOf(file: string): AsyncGenerator<Line> {
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (text !== '') yield JSON.parse(text) as Line
  }
}

function featuresOf(line: Line): Record<string, JsonValue> {
  const features: Record<string, JsonValue> = {}
  for (const [name, value] of Object.entries(line)) {
    if (name.startsWith('f_') && value !== undefined) features[name.slice(2)] = value
  }
  return features
}
