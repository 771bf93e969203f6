/**
 * The paper's Table 1 offline: wide, deep, and wide & deep on simulated stores, whose best possible AUC is known.
 *
 *     npm run build && node bench/table1.js <seed> [directory] [trainings of each model] [impressions,…]
 *
 * Give a seed that no setting was chosen on. What is simulated and trained is kept in the directory: stopped (Ctrl-C) and run again, it
 * goes on. Prints the table with the paired intervals of the differences, and writes table1.json and table1.svg.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { compareModels, loadConfig, simulate } from '../dist/index.js'
import { curvesSvg } from './curves-svg.js'

const [seedText, place, seedCountText = '5', sizesText = '300000,1000000,10000000'] = process.argv.slice(2)
const seed = Number(seedText)
if (!Number.isSafeInteger(seed)) throw new Error(`the seed of the stores must be a whole number; got ${seedText}`)
const directory = resolve(place ?? `runs/table1-${seed}`)
const seedCount = Number(seedCountText)
const sizes = sizesText.split(',').map(Number)
const apps = 500
const impressionsOfUser = 25
const parts = { wide: 'wide', deep: 'deep', joint: 'wide & deep' }
/** Of one training, on two cores that do nothing else; what the trainings take then corrects it. */
let secondsOfMillion = 60

const stopping = new AbortController()
process.once('SIGINT', () => stopping.abort())

const percent = (share) => `${(100 * share).toFixed(1)} %`
const signed = (value) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`

/** The logs of a size, made where they are not whole: the truth is written last. */
function storeOf(impressions) {
  const store = join(directory, String(impressions))
  const truth = join(store, 'truth.json')
  const users = Math.round(impressions / impressionsOfUser)
  if (!existsSync(truth)) simulate({ directory: store, users, apps, impressions, seed })
  return { store, truth: JSON.parse(readFileSync(truth, 'utf8')).test }
}

/** Says how long the given trainings will take. */
function announce(trainings) {
  const impressions = trainings.reduce((sum, { size, count }) => sum + size * count, 0)
  console.log(`about ${Math.ceil((impressions * secondsOfMillion) / 6e7)} minutes of training left`)
}

/** Trains what is not trained yet on the store of a size, and compares. */
async function measure(size, later) {
  const { store, truth } = storeOf(size)
  const { models, differences, rows } = await compareModels([await loadConfig(join(store, 'widedeep.config.ts'))], {
    out: join(store, 'runs'),
    parts: Object.keys(parts),
    seedCount,
    split: 'test',
    signal: stopping.signal,
    onFinished({ number, count, name, seed: training }, { seconds, epochCount }, isFound) {
      const how = isFound ? 'found, trained before' : `${epochCount} epochs in ${Math.round(seconds)} s`
      console.log(`${size} impressions, ${number} of ${count}: ${name}, seed ${training}: ${how}`)
      secondsOfMillion = (1e6 * seconds) / size
      announce([{ size, count: count - number }, ...later])
    },
  })
  const aucs = Object.fromEntries(models.map(({ name, summary }) => [name, summary.auc]))
  const { bestAuc: best, parts: truths } = truth
  const way = (goal) => (aucs.joint.mean - aucs.wide.mean) / (goal - aucs.wide.mean)
  const withoutOwnTaste = truths.withoutOwnTaste
  return { size, rows, aucs, best, withoutOwnTaste, ofBest: way(best), ofKnown: way(withoutOwnTaste), differences }
}

const planned = sizes.map((size) => ({ size, count: Object.keys(parts).length * seedCount }))
announce(planned)
const results = []
for (const [index, size] of sizes.entries()) results.push(await measure(size, planned.slice(index + 1)))

const aucText = ({ mean, deviation }) => `${mean.toFixed(4)} ± ${deviation.toFixed(4)}`
const columns = [
  'impressions',
  ...Object.values(parts),
  'best possible',
  'without own taste',
  'of the way to the best',
  'to that without own taste',
]
console.log(`\n| ${columns.join(' | ')} |\n|${' --- |'.repeat(columns.length)}`)
for (const { size, aucs, best, withoutOwnTaste, ofBest, ofKnown } of results) {
  const models = Object.keys(parts).map((part) => aucText(aucs[part]))
  const goals = [best.toFixed(4), withoutOwnTaste.toFixed(4), percent(ofBest), percent(ofKnown)]
  console.log(`| ${[size.toLocaleString('en'), ...models, ...goals].join(' | ')} |`)
}
for (const { size, differences } of results)
  for (const { model, reference, value, low, high, verdict } of differences)
    console.log(
      `${size.toLocaleString('en')}: ${model} against ${reference} ${signed(value)}, ${signed(low)} … ${signed(high)}: ${verdict}`,
    )

const curve = (name, aucOf) => ({ name, points: results.map((one) => ({ x: one.size, y: aucOf(one) })) })
const curves = [
  ...Object.entries(parts).map(([part, name]) => curve(name, ({ aucs }) => aucs[part].mean)),
  curve('best possible', ({ best }) => best),
  curve('without own taste', ({ withoutOwnTaste }) => withoutOwnTaste),
]
writeFileSync(join(directory, 'table1.json'), `${JSON.stringify({ seed, seedCount, results }, null, 2)}\n`)
writeFileSync(
  join(directory, 'table1.svg'),
  curvesSvg(curves, {
    x: { label: 'impressions (logarithmic)', isLogarithmic: true },
    y: { label: 'AUC' },
  }),
)
