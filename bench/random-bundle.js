/** Bundles with random weights and a catalogue that a server imports. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomInteger, randomKey, randomNormal } from '../dist/base/index.js'
import { categorical, createEncoder, cross, list, numeric } from '../dist/features/index.js'
import { createNetwork, layoutInputs, openBundle, resolveModel, writeBundle } from '../dist/model/index.js'

const tokens = 1000
const side = (prefix) => ({
  ...Object.fromEntries(Array.from({ length: 18 }, (_, i) => [`${prefix}${i}`, categorical({ values: tokens })])),
  ...Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`${prefix}n${i}`, numeric()])),
})

/** Items that a user of the DIN bundle has in the past. */
const pastLength = 20

/** The paper's network: 1200 inputs, half of them of the item, 1024-512-256; `architecture` in its place, with a past where it wants one. */
export const paperConfig = (architecture) => ({
  data: {},
  features: {
    user: { ...side('u'), ...(architecture === 'din' ? { past: list(categorical({ sharedWith: 'i0' })) } : {}) },
    item: side('i'),
  },
  model: {
    ...(architecture ? { architecture } : {}),
    wide: [cross('u0', 'i0', { hashBuckets: 100_000 }), cross('u1', 'i1', { hashBuckets: 100_000 })],
    deep: { embedding: 32, hidden: [1024, 512, 256] },
  },
})

/** A row of `paperConfig`: that of a user (`u`) or an item (`i`). */
export function paperRow(prefix, seed) {
  const row = {}
  for (let i = 0; i < 18; i++) row[`${prefix}${i}`] = randomInteger(randomKey(seed, prefix), i, tokens)
  for (let i = 0; i < 24; i++) row[`${prefix}n${i}`] = randomNormal(randomKey(seed, prefix), 100 + i)
  return row
}

const pastOf = (seed) => Array.from({ length: pastLength }, (_, i) => randomInteger(randomKey(seed, 'past'), i, tokens))

/** An app store's catalogue of any size, with a network that is quick to load. */
export const storeConfig = (itemCount) => ({
  data: { item: 'app', user: 'user' },
  features: {
    user: { country: categorical({ values: 50 }), age: numeric() },
    item: { app: categorical({ values: itemCount }), category: categorical({ values: 40 }), price: numeric() },
  },
  model: { wide: [cross('country', 'category', { hashBuckets: 10_000 })], deep: { embedding: 16, hidden: [128, 64] } },
})
export const storeRow = (prefix, seed) =>
  prefix === 'u'
    ? { country: seed % 50, age: randomNormal(1, seed) }
    : { app: seed, category: seed % 40, price: randomNormal(2, seed) }

/** Writes a bundle with its catalogue: items `i0`, `i1`, … and users `u0`, …; answers the bytes of the whole graph. */
export async function writeRandomBundle(directory, { config, rowOf, itemCount, userCount, seed = 1 }) {
  const featureState = stateOf(config)
  const model = resolveModel(config)
  const layout = layoutInputs(model, config, createEncoder(config, featureState).columns)
  const network = createNetwork(model, layout)
  const draw = (name, length, scale, first = 0) =>
    Float32Array.from({ length }, (_, i) => scale * randomNormal(randomKey(seed, name), first + i))
  const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1)
  const constants = Object.fromEntries(
    network.parameters.map(({ name, shape }) => [name, draw(name, sizeOf(shape), 1 / Math.sqrt(shape[0]))]),
  )
  const tables = layout.tables.map((spec) => ({
    spec,
    readWeights: (first, count) => draw(spec.name, count * spec.dimension, 1, first * spec.dimension),
  }))
  const catalogue = writeCatalogue(`${directory}.catalogue`, { config, rowOf, itemCount, userCount })
  const onnx = network.inferenceModel(constants)
  const parts = {
    config,
    featureState,
    onnx,
    tables,
    calibration: null,
    trainingState: null,
    catalogue,
    retrieval: null,
  }
  await writeBundle(directory, { ...parts, golden: [] })
  const rows = Array.from({ length: 4 }, (_, i) => ({ ...userRow(config, rowOf, i), ...rowOf('i', i) }))
  const bundle = await openBundle(directory)
  const scores = await bundle.score(bundle.encoder.encode(rows))
  await bundle.close()
  await writeBundle(directory, { ...parts, golden: rows.map((row, i) => ({ row, score: scores[i] })) })
  rmSync(`${directory}.catalogue`, { recursive: true })
  return onnx
}

const userRow = (config, rowOf, seed) => ({
  ...rowOf('u', seed),
  ...('past' in config.features.user ? { past: pastOf(seed) } : {}),
})

function stateOf({ features }) {
  const declared = Object.entries({ ...features.user, ...features.item })
  const numbers = { hasMissing: false, mean: 0, deviation: 1 }
  const columns = declared.map(([name, { kind }]) => [name, { json: kind === 'numeric' ? numbers : {}, arrays: {} }])
  return { columns: Object.fromEntries(columns), crosses: {} }
}

function writeCatalogue(directory, { config, rowOf, itemCount, userCount }) {
  mkdirSync(directory, { recursive: true })
  const line = (key, row) =>
    `${JSON.stringify({ key, ...Object.fromEntries(Object.entries(row).map(([name, value]) => [`f_${name}`, value])) })}\n`
  const write = (name, count, lineOf) => {
    writeFileSync(join(directory, name), Array.from({ length: count }, (_, i) => lineOf(i)).join(''))
    return join(directory, name)
  }
  return [
    write('items.ndjson', itemCount, (i) => line(`i${i}`, rowOf('i', i))),
    write('users.ndjson', userCount, (i) => line(`u${i}`, userRow(config, rowOf, i))),
  ]
}
