// What preparation costs beside a plain copy of the same files by DuckDB (CSV to Parquet), on simulated logs.
// node bench/prepare.js [--json] [impressions …]   (default: 100000 1000000 10000000)
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true })
const sizes = positionals.length > 0 ? positionals.map(Number) : [1e5, 1e6, 1e7]
const launcher = fileURLToPath(new URL('../bin/widedeep.js', import.meta.url))
const { DuckDBInstance } = createRequire(import.meta.url)('@duckdb/node-api')

/** Prints the peak memory of a process at its end, in kilobytes. */
const peakReporter =
  'data:text/javascript,process.on("exit",()=>process.stderr.write(`peak=${process.resourceUsage().maxRSS}`))'

const home = mkdtempSync(join(tmpdir(), 'widedeep-bench-prepare-'))
try {
  const rows = []
  for (const impressions of sizes) rows.push(await measure(impressions, join(home, String(impressions))))
  if (values.json) console.log(JSON.stringify({ rows }))
  else console.table(rows)
} finally {
  rmSync(home, { recursive: true, force: true })
}

async function measure(impressions, directory) {
  const users = String(Math.round(impressions / 25))
  widedeep(['simulate', '--users', users, '--apps', '500', '--impressions', String(impressions), '--out', directory])
  // In turn, so that a busy minute of the machine falls on both.
  const copies = [await copySeconds(directory)]
  const { seconds, peakGigabytes } = widedeep(['prepare'], directory)
  copies.push(await copySeconds(directory))
  const copy = Math.min(...copies)
  return {
    impressions,
    'copy, s': Number(copy.toFixed(2)),
    'prepare, s': Number(seconds.toFixed(1)),
    ratio: Number((seconds / copy).toFixed(1)),
    'peak, GB': Number(peakGigabytes.toFixed(2)),
  }
}

async function copySeconds(directory) {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const startedAt = performance.now()
  for (const name of ['impressions', 'actions', 'users', 'apps']) {
    const file = join(directory, name)
    await connection.run(`COPY (SELECT * FROM read_csv('${file}.csv')) TO '${file}.parquet' (FORMAT parquet)`)
  }
  const seconds = (performance.now() - startedAt) / 1000
  connection.closeSync()
  instance.closeSync()
  return seconds
}

/** Runs a command; the peak is that of the process, as the system counted it. */
function widedeep(args, cwd) {
  const startedAt = performance.now()
  const child = spawnSync(process.execPath, ['--import', peakReporter, launcher, ...args], { cwd, encoding: 'utf8' })
  if (child.status !== 0) throw new Error(`widedeep ${args.join(' ')} failed:\n${child.stderr}`)
  const peak = /peak=(\d+)/.exec(child.stderr)?.[1]
  return { seconds: (performance.now() - startedAt) / 1000, peakGigabytes: Number(peak ?? 0) / 1e6 }
}
