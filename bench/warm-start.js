/**
 * What a warm start saves: a champion of the first sixty days of a simulated store, a month later, against a model that is trained on
 * everything from nothing and against one that is warm-started on a sample of the new days.
 *
 *     npm run build && node bench/warm-start.js [directory] [impressions]
 *
 * Prints both curves (AUC of the last days against examples seen) and writes them to warm-start.json and warm-start.svg.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { bucketized, categorical, cross, list, simulate, trainBundle } from '../dist/index.js'
import { curvesSvg } from './curves-svg.js'

const directory = resolve(process.argv[2] ?? 'runs/warm-start')
const impressions = Number(process.argv[3] ?? 300_000)
const days = 96
const changeDay = 60
const testDay = 88
/** One in so many apps changes: from then on it is wanted by those who wanted another app of its category before. */
const shiftedOneIn = 4
const firstSecond = 1_767_225_600
const secondsPerDay = 86_400

const config = {
  data: {
    examples: 'examples.csv',
    validation: 'judged.csv',
    actions: { from: 'actions.csv', kind: 'event', known: 'received', request: 'request' },
    join: [
      { from: 'users.csv', on: 'user' },
      { from: 'apps.csv', on: 'app' },
    ],
    label: { column: 'install' },
    user: 'user',
    item: 'app',
    time: 'timestamp',
    history: { installed: { of: 'app', action: ['own', 'install'], last: 12 } },
  },
  features: {
    user: {
      country: categorical(),
      age: bucketized({ boundaries: [20, 30, 40, 50, 60, 70] }),
      language: categorical(),
      installed: list(categorical({ sharedWith: 'app' })),
    },
    item: { app: categorical(), category: categorical() },
    context: {
      hour: categorical({ values: 24 }),
      weekday: categorical({ values: 7 }),
      device: categorical(),
      position: categorical(),
    },
  },
  model: {
    wide: {
      crosses: [cross('installed', 'app'), cross('category', 'hour')],
      optimizer: { name: 'ftrl', learningRate: 0.05, l1: 0.5, l2: 1 },
    },
    deep: { embedding: 16, hidden: [64, 32], optimizer: { name: 'adagrad', learningRate: 0.03 } },
  },
  training: { batchSize: 512, epochs: 1, patience: 9 },
}

/** Rows of a CSV file without its header, as texts. */
function rowsOf(file) {
  const [header, ...rows] = readFileSync(join(directory, 'logs', file), 'utf8')
    .trimEnd()
    .split('\n')
  return { header, names: header.split(','), rows }
}

const dayOf = (timestamp) => Math.floor((Number(timestamp) - firstSecond) / secondsPerDay)

/** Pairs of apps of one category that change places: a quarter of all, in the order of their names. */
function changedApps() {
  const { names, rows } = rowsOf('apps.csv')
  const [app, category] = [names.indexOf('app'), names.indexOf('category')]
  const waiting = new Map()
  const partner = new Map()
  for (const [index, row] of rows.entries()) {
    if (index % shiftedOneIn !== 0) continue
    const cells = row.split(',')
    const other = waiting.get(cells[category])
    waiting.set(cells[category], other === undefined ? cells[app] : undefined)
    if (other === undefined) continue
    partner.set(other, cells[app])
    partner.set(cells[app], other)
  }
  return { partner, count: rows.length }
}

/** Rows with the apps changed from `changeDay` on. */
function withShift({ names, rows }, partner) {
  const [app, time] = [names.indexOf('app'), names.indexOf('timestamp')]
  return rows.map((row) => {
    const cells = row.split(',')
    const day = dayOf(cells[time])
    if (day >= changeDay) cells[app] = partner.get(cells[app]) ?? cells[app]
    return { day, app: cells[app], text: cells.join(',') }
  })
}

/** Trains on some rows and judges after every epoch on others; resolves to the bundle and the AUC after each epoch. */
async function train(name, { rows, judged, header, epochs, warmStart }) {
  const place = join(directory, name)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'examples.csv'), `${[header, ...rows.map(({ text }) => text)].join('\n')}\n`)
  writeFileSync(join(place, 'judged.csv'), `${[header, ...judged.map(({ text }) => text)].join('\n')}\n`)
  for (const file of ['actions.csv', 'users.csv', 'apps.csv'])
    writeFileSync(join(place, file), readFileSync(join(directory, 'logs', file)))
  const loaded = {
    config: { ...config, training: { ...config.training, epochs } },
    path: join(place, 'config'),
    directory: place,
  }
  const result = await trainBundle(loaded, { out: join(place, 'bundle'), warmStart })
  const aucs = result.epochs.map(({ metrics }) => metrics.auc)
  console.log(`${name}: ${rows.length} rows, AUC ${aucs.map((auc) => auc.toFixed(4)).join(' ')}`)
  return { ...result, aucs }
}

console.log(`simulating ${impressions} impressions of ${days} days`)
const logs = join(directory, 'logs')
simulate({ directory: logs, users: 3000, apps: 120, days, impressions, seed: 1, labelled: true })
const { partner, count } = changedApps()
const table = rowsOf('impressions.csv')
const { header } = table
const rows = withShift(table, partner)
const actions = rowsOf('actions.csv')
const moved = withShift(actions, partner).map(({ text }) => text)
writeFileSync(join(logs, 'actions.csv'), `${[actions.header, ...moved].join('\n')}\n`)

const older = rows.filter(({ day }) => day < changeDay)
const newer = rows.filter(({ day }) => day >= changeDay && day < testDay)
const judged = rows.filter(({ day }) => day >= testDay)
const known = new Set(older.map(({ app }) => app))
const appsOf = (some) => new Set(some.map(({ app }) => app))
const freshApps = [...appsOf(newer)].filter((app) => !known.has(app)).length
console.log(
  `${freshApps} new apps beside ${known.size} (${percent(freshApps / known.size)}); ${partner.size} of ${count} changed`,
)

/** Every n-th row: all days alike. */
const sample = (some, size) =>
  some.filter((_, index) => Math.floor(((index + 1) * size) / some.length) > Math.floor((index * size) / some.length))

const champion = await train('champion', { rows: older, judged, header, epochs: 3 })
const cold = await train('cold', { rows: [...older, ...newer], judged, header, epochs: 4 })
const curves = [
  {
    name: 'cold, all days',
    points: cold.aucs.map((auc, epoch) => ({ examples: (epoch + 1) * (older.length + newer.length), auc })),
  },
  { name: 'warm, sample of the new days', points: [{ examples: 0, auc: Math.max(...champion.aucs) }] },
  { name: 'cold, same sample', points: [] },
]
for (const share of [1 / 16, 1 / 4, 1 / 2, 1]) {
  const some = sample(newer, Math.round(share * newer.length))
  const name = String(some.length)
  const warm = await train(`warm-${name}`, { rows: some, judged, header, epochs: 1, warmStart: champion.bundle })
  const alone = await train(`alone-${name}`, { rows: some, judged, header, epochs: 1 })
  curves[1].points.push({ examples: some.length, auc: warm.aucs[0] })
  curves[2].points.push({ examples: some.length, auc: alone.aucs[0] })
}

const goal = Math.max(...cold.aucs)
const coldExamples = curves[0].points.find(({ auc }) => auc === goal).examples
const gap = goal - curves[1].points[0].auc
console.log(
  `\n${judged.length} rows of the last days; the champion is ${gap.toFixed(4)} AUC behind the cold model (${goal.toFixed(4)} after ${coldExamples} examples)`,
)
for (const { name, points } of curves) {
  console.log(`\n${name}\n  examples     AUC`)
  for (const { examples, auc } of points) console.log(`  ${String(examples).padStart(8)}  ${auc.toFixed(4)}`)
}
const last = curves[1].points.at(-1)
const closed = (last.auc - curves[1].points[0].auc) / gap
console.log(
  `\nwarm start closes ${percent(closed)} of it with ${last.examples} examples, ${percent(last.examples / coldExamples)} of the cold model's`,
)
writeFileSync(join(directory, 'warm-start.json'), `${JSON.stringify({ impressions, gap, curves }, null, 2)}\n`)
writeFileSync(join(directory, 'warm-start.svg'), curvesSvg(curves))

function percent(share) {
  return `${(100 * share).toFixed(1)} %`
}
