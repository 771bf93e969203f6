/**
 * What a warm start saves on a simulated store that changes: a champion, a while later, against a model that is trained on everything from
 * nothing and against itself warm-started on the new rows alone.
 *
 *     npm run build && node bench/warm-start.js [day | month] [directory]
 *
 * Prints the curves (AUC of the days after against examples seen) and writes them to warm-start.json and warm-start.svg.
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { bucketized, categorical, cross, list, simulate, trainBundle } from '../dist/index.js'
import { curvesSvg } from './curves-svg.js'

/** When the store changes, and from when on models are judged; the rows between are the new ones. */
const scenarios = {
  day: { impressions: 640_000, days: 32, changeDay: 28, testDay: 29 },
  month: { impressions: 300_000, days: 96, changeDay: 60, testDay: 88 },
}
const scenario = process.argv[2] ?? 'day'
const { impressions, days, changeDay, testDay } = scenarios[scenario]
const directory = resolve(process.argv[3] ?? `runs/warm-start-${scenario}`)
/** One in so many apps changes: from then on it is wanted by those who wanted another app of its category before. */
const shiftedOneIn = 4
/** One in so many of the others is taken out and comes back as a new app, which nobody knows. */
const renewedOneIn = 8
/** Share of the optimizers' sums that the second warm start keeps; chosen on the store of seed 2. */
const memory = 0.1
const passes = 4
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

/**
 * What each app is from the day of the change on: a quarter of all change places with one of their category, an eighth of the others are new.
 * Both in the order of their names.
 */
function changedApps() {
  const { names, rows } = rowsOf('apps.csv')
  const [app, category] = [names.indexOf('app'), names.indexOf('category')]
  const waiting = new Map()
  const shifted = new Map()
  for (const cells of rows.map((row) => row.split(',')).filter((_, index) => index % shiftedOneIn === 0)) {
    const other = waiting.get(cells[category])
    waiting.set(cells[category], other === undefined ? cells[app] : undefined)
    if (other === undefined) continue
    shifted.set(other, cells[app])
    shifted.set(cells[app], other)
  }
  const renewed = rows
    .map((row) => row.split(','))
    .filter((cells, i) => i % renewedOneIn === 3 && !shifted.has(cells[app]))
  const nameOf = (cells) => `${cells[app]}-new`
  return {
    partner: new Map([...shifted, ...renewed.map((cells) => [cells[app], nameOf(cells)])]),
    shiftedCount: shifted.size,
    count: rows.length,
    newRows: renewed.map((cells) => cells.with(app, nameOf(cells)).join(',')),
  }
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
async function train(name, { rows, judged, header, epochs, warmStart, warmStartMemory = 1 }) {
  const place = join(directory, name)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'examples.csv'), `${[header, ...rows.map(({ text }) => text)].join('\n')}\n`)
  writeFileSync(join(place, 'judged.csv'), `${[header, ...judged.map(({ text }) => text)].join('\n')}\n`)
  for (const file of ['actions.csv', 'users.csv', 'apps.csv'])
    writeFileSync(join(place, file), readFileSync(join(directory, 'logs', file)))
  const loaded = {
    config: { ...config, training: { ...config.training, epochs, warmStartMemory } },
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
const { partner, shiftedCount, count, newRows } = changedApps()
appendFileSync(join(logs, 'apps.csv'), `${newRows.join('\n')}\n`)
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
  `${freshApps} new apps beside ${known.size} (${percent(freshApps / known.size)}); ${shiftedCount} of ${count} changed places`,
)

const champion = await train('champion', { rows: older, judged, header, epochs: 3 })
const cold = await train('cold', { rows: [...older, ...newer], judged, header, epochs: 4 })
const onNew = { rows: newer, judged, header, epochs: passes }
const warm = await train('warm', { ...onNew, warmStart: champion.bundle })
const fading = await train('fading', { ...onNew, warmStart: champion.bundle, warmStartMemory: memory })
const alone = await train('alone', onNew)

/** AUC after each pass over `rows`, from `start` on. */
const curve = (name, { aucs }, rows, start = []) => ({
  name,
  points: [...start, ...aucs.map((auc, epoch) => ({ examples: (epoch + 1) * rows.length, auc }))],
})
const begin = [{ examples: 0, auc: Math.max(...champion.aucs) }]
const curves = [
  curve('cold, all days', cold, [...older, ...newer]),
  curve('warm, new days', warm, newer, begin),
  curve(`warm, memory ${memory}`, fading, newer, begin),
  curve('cold, new days', alone, newer),
]

const goal = Math.max(...cold.aucs)
const coldExamples = curves[0].points.find(({ auc }) => auc === goal).examples
const gap = goal - begin[0].auc
console.log(
  `\n${judged.length} rows of the days after; the champion is ${gap.toFixed(4)} AUC behind the cold model (${goal.toFixed(4)} after ${coldExamples} examples)`,
)
for (const { name, points } of curves) {
  console.log(`\n${name}\n  examples     AUC   gap closed`)
  for (const { examples, auc } of points)
    console.log(
      `  ${String(examples).padStart(8)}  ${auc.toFixed(4)}  ${percent((auc - begin[0].auc) / gap).padStart(10)}`,
    )
}
for (const { name, points } of curves.slice(1, 3)) {
  const within = points.filter(({ examples }) => examples <= coldExamples / 10)
  if (within.length === 1) continue
  const best = within.reduce((one, other) => (other.auc > one.auc ? other : one))
  const share = percent(best.examples / coldExamples)
  console.log(
    `\n${name}: ${percent((best.auc - begin[0].auc) / gap)} of the gap with ${share} of the examples, the best within a tenth`,
  )
}
writeFileSync(
  join(directory, 'warm-start.json'),
  `${JSON.stringify({ scenario, impressions, gap, curves }, null, 2)}\n`,
)
writeFileSync(
  join(directory, 'warm-start.svg'),
  curvesSvg(
    curves.map(({ name, points }) => ({ name, points: points.map(({ examples, auc }) => ({ x: examples, y: auc })) })),
    { x: { label: 'examples seen (logarithmic)', isLogarithmic: true }, y: { label: 'AUC' } },
  ),
)

function percent(share) {
  return `${(100 * share).toFixed(1)} %`
}
