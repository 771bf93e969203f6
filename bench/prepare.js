// What preparation costs beside a plain copy of the same files by DuckDB (CSV to Parquet), on simulated logs; with --wide on one labelled log of
// forty columns with ten crosses, and without label join, histories and tables.
// node bench/prepare.js [--wide] [--json] [rows …]   (default: 100000 1000000 10000000)
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, wide: { type: 'boolean' } },
  allowPositionals: true,
})
const sizes = positionals.length > 0 ? positionals.map(Number) : [1e5, 1e6, 1e7]
const launcher = fileURLToPath(new URL('../bin/widedeep.js', import.meta.url))
const { DuckDBInstance } = createRequire(import.meta.url)('@duckdb/node-api')

/** Prints the peak memory of a process at its end, in kilobytes. */
const peakReporter =
  'data:text/javascript,process.on("exit",()=>process.stderr.write(`peak=${process.resourceUsage().maxRSS}`))'

const home = mkdtempSync(join(tmpdir(), 'widedeep-bench-prepare-'))
try {
  const rows = []
  for (const size of sizes) rows.push(await measure(size, join(home, String(size))))
  if (values.json) console.log(JSON.stringify({ rows }))
  else console.table(rows)
} finally {
  rmSync(home, { recursive: true, force: true })
}

async function measure(rows, directory) {
  const names = await (values.wide ? writeWideLog : simulateLogs)(rows, directory)
  // In turn, so that a busy minute of the machine falls on both.
  const copies = [await copySeconds(directory, names)]
  const { seconds, peakGigabytes } = widedeep(['prepare'], directory)
  copies.push(await copySeconds(directory, names))
  const copy = Math.min(...copies)
  return {
    rows,
    'copy, s': Number(copy.toFixed(2)),
    'prepare, s': Number(seconds.toFixed(1)),
    ratio: Number((seconds / copy).toFixed(1)),
    'peak, GB': Number(peakGigabytes.toFixed(2)),
  }
}

function simulateLogs(impressions, directory) {
  const users = String(Math.round(impressions / 25))
  widedeep(['simulate', '--users', users, '--apps', '500', '--impressions', String(impressions), '--out', directory])
  return ['impressions', 'actions', 'users', 'apps']
}

/** Writes `log.csv`: a label, 13 numbers and 26 categories with skewed frequencies, and the config beside it. */
async function writeWideLog(rows, directory) {
  mkdirSync(directory, { recursive: true })
  const numbers = Array.from({ length: 13 }, (_, index) => `n${index + 1}`)
  const categories = Array.from({ length: 26 }, (_, index) => `c${index + 1}`)
  // Powers of a uniform draw: a few values are in most rows, as in logs.
  const draw = (seed) => `(hash(i, ${seed}) % 1000003) / 1000003.0`
  const cells = [
    `(hash(i, 0) % 4 = 0)::INTEGER AS label`,
    ...numbers.map((name, index) => `floor(pow(${draw(index + 1)}, 4) * ${10 * (index + 1) ** 3})::INTEGER AS ${name}`),
    ...categories.map(
      (name, index) =>
        `'v' || floor(pow(${draw(index + 14)}, 3) * ${Math.min(100_000, Math.round(4 * 1.5 ** (index + 1)))})::INTEGER AS ${name}`,
    ),
  ]
  await withConnection((connection) =>
    connection.run(
      `COPY (SELECT ${cells.join(', ')} FROM range(${rows}) AS r(i)) TO '${join(directory, 'log.csv')}' (FORMAT csv, HEADER)`,
    ),
  )
  const features = [
    ...numbers.map((name) => `${name}: numeric({ normalize: 'quantiles' })`),
    ...categories.map((name) => `${name}: categorical({ minCount: 5 })`),
  ]
  const crossed = categories.slice(8, 13)
  const crosses = crossed.flatMap((a, at) => crossed.slice(at + 1).map((b) => `cross('${a}', '${b}')`))
  writeFileSync(
    join(directory, 'widedeep.config.ts'),
    `import { categorical, cross, defineConfig, numeric } from 'widedeep'
export default defineConfig({
  data: { examples: 'log.csv', label: { column: 'label' }, split: { by: 'random', validation: 0.1 } },
  features: { ${features.join(', ')} },
  model: { wide: [${crosses.join(', ')}], deep: { hidden: [16] } },
})
`,
  )
  return ['log']
}

async function withConnection(work) {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await work(connection)
  connection.closeSync()
  instance.closeSync()
}

/** A fresh database each time: nothing that it remembers helps. */
async function copySeconds(directory, names) {
  const startedAt = performance.now()
  await withConnection(async (connection) => {
    for (const name of names) {
      const file = join(directory, name)
      await connection.run(`COPY (SELECT * FROM read_csv('${file}.csv')) TO '${file}.parquet' (FORMAT parquet)`)
    }
  })
  return (performance.now() - startedAt) / 1000
}

/** Runs a command; the peak is that of the process, as the system counted it. */
function widedeep(args, cwd) {
  const startedAt = performance.now()
  const child = spawnSync(process.execPath, ['--import', peakReporter, launcher, ...args], { cwd, encoding: 'utf8' })
  if (child.status !== 0) throw new Error(`widedeep ${args.join(' ')} failed:\n${child.stderr}`)
  const peak = /peak=(\d+)/.exec(child.stderr)?.[1]
  return { seconds: (performance.now() - startedAt) / 1000, peakGigabytes: Number(peak ?? 0) / 1e6 }
}
