/**
 * Fuzzes a real server from its OpenAPI description: schemathesis (PyPI, in a virtual environment below `.widedeep/services/`) makes
 * requests that are right, nearly right and wrong, and looks for answers that a server must not give.
 *
 *     npm run build && node scripts/fuzz-server.js [requests]
 *
 * Prints what schemathesis found and one line of JSON: requests, the answers that were no answer to them, and whether the server still lives.
 * Exits 1 where anything was found, 0 with `skipped` where schemathesis cannot be installed.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer } from '../dist/index.js'

const release = '4.32.5'
const wanted = Number(process.argv[2] ?? 10_000)
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** Where `st` is; `null` where it cannot be installed. */
function installed() {
  const home = join(root, '.widedeep', 'services', `schemathesis-${release}`)
  const program = join(home, 'bin', 'st')
  if (existsSync(program)) return program
  const run = (command, args) => spawnSync(command, args, { stdio: 'inherit' }).status === 0
  const isThere =
    run('python3', ['-m', 'venv', home]) &&
    run(join(home, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', `schemathesis==${release}`])
  if (!isThere) rmSync(home, { recursive: true, force: true })
  return isThere ? program : null
}

/** Fuzzes once; `seed` makes it another time. */
async function fuzz(program, url, { examples, seed, paths, checks }) {
  const args = ['run', `${url}/openapi.json`, '--checks', checks, ...paths, '-n', String(examples)]
  const more = [
    '--phases',
    'coverage,fuzzing',
    '--continue-on-failure',
    '--request-timeout',
    '30',
    '--seed',
    String(seed),
  ]
  const child = spawn(program, [...args, ...more], { cwd: home, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk.toString()))
  const code = await new Promise((done) => child.on('close', done))
  const shortened = text.split('\n').map((line) => line.slice(0, 300))
  if (code !== 0) console.log(shortened.join('\n'))
  return {
    code,
    requests: Number(/(\d+) generated/.exec(text)?.[1] ?? 0),
    found: Number(/(\d+) unique failure/.exec(text)?.[1] ?? 0),
  }
}

const program = installed()
if (program === null) {
  console.log(JSON.stringify({ skipped: `schemathesis ${release} cannot be installed here` }))
  process.exit(0)
}
const home = mkdtempSync(join(tmpdir(), 'widedeep-fuzz-'))
const bundle = join(home, 'bundle')
/** What refuses a request: to schemathesis' own list comes 413, for a body that is wrong and too large. */
const refusals = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429]
writeFileSync(
  join(home, 'schemathesis.toml'),
  `[checks]\nnegative_data_rejection.expected-statuses = ${JSON.stringify(refusals)}\n`,
)
const widedeep = (...args) =>
  execFileSync(process.execPath, [join(root, 'bin', 'widedeep.js'), ...args], { stdio: 'ignore' })
widedeep('simulate', '--out', home, '--users', '200', '--apps', '60', '--impressions', '6000')
widedeep('train', '--config', join(home, 'widedeep.config.ts'), '--out', bundle)
const errors = []
const server = await createServer({
  models: { bundle },
  directory: join(home, 'state'),
  port: 0,
  threads: 1,
  deadlineMs: 30_000,
  log: (line) => errors.push(line),
})
const url = await server.listen()
const total = { requests: 0, found: 0 }
/** A batch with some wrong events is accepted but for these: its answers are looked at by the other checks. */
const rejection = 'negative_data_rejection'
const always = 'not_a_server_error,content_type_conformance,response_schema_conformance'
const parts = [
  { paths: ['--exclude-path', '/health/ready', '--exclude-path', '/v1/events'], checks: `${always},${rejection}` },
  { paths: ['--include-path', '/v1/events'], checks: always },
]
for (let seed = 1; total.requests < wanted && total.found === 0; seed++) {
  for (const part of parts) {
    const { requests, found } = await fuzz(program, url, { ...part, examples: 100, seed })
    if (requests === 0) throw new Error('schemathesis made no request')
    total.requests += requests
    total.found += found
  }
}
const isAlive = (await fetch(`${url}/health/ready`)).status === 200
await server.close()
rmSync(home, { recursive: true, force: true })
console.log(JSON.stringify({ ...total, isAlive, logged: errors.slice(1) }))
process.exit(total.found === 0 && isAlive && errors.length === 1 ? 0 : 1)
