// Trains wide only, deep only and both over several seeds and prints one table: mean ± standard deviation on the test split.
//
//   node examples/parts-table.js examples/adult/widedeep.config.ts --seeds 5 --metrics accuracy,auc,logLoss [--ranking]
//
// Early stopping looks at the validation split only; the test split is scored once, on each finished bundle.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { evaluateBundle, loadConfig, trainBundle } from '../dist/index.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '5' },
    metrics: { type: 'string', default: 'accuracy,auc,logLoss' },
    ranking: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const loaded = await loadConfig(positionals[0])
const metrics = values.metrics.split(',')
const rows = []
for (const part of ['wide', 'deep', 'both']) {
  const runs = []
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const directory = mkdtempSync(join(tmpdir(), 'widedeep-parts-'))
    const { bundle, bestEpoch } = await trainBundle(loaded, { out: join(directory, 'bundle'), part, seed })
    const result = await evaluateBundle({ bundle, loaded, isRanking: values.ranking, onProgress: () => undefined })
    runs.push({ seed, bestEpoch, metrics: result.metrics })
    process.stderr.write(
      `${part} seed ${seed}: ${metrics.map((name) => `${name} ${result.metrics[name]?.toFixed(4)}`).join('  ')}\n`,
    )
    rmSync(directory, { recursive: true, force: true })
  }
  rows.push({ part: part === 'both' ? 'wide & deep' : part, runs })
}
if (values.json) process.stdout.write(`${JSON.stringify(rows)}\n`)
else {
  process.stdout.write(`| model | ${metrics.join(' | ')} |\n| --- |${' --- |'.repeat(metrics.length)}\n`)
  for (const { part, runs } of rows) {
    const cells = metrics.map((name) => meanAndDeviation(runs.map((run) => run.metrics[name])))
    process.stdout.write(`| ${part} | ${cells.join(' | ')} |\n`)
  }
}

function meanAndDeviation(numbers) {
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
  const variance = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / Math.max(1, numbers.length - 1)
  return `${mean.toFixed(4)} ± ${Math.sqrt(variance).toFixed(4)}`
}
