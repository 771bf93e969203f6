// The daily job over seven simulated days, unattended, with a broken day in the middle: a log that cannot be read, then labels that are
// poisoned. With --kill every job is killed (SIGKILL) at random moments before it is let through.
// node scripts/seven-days.js [--kill TIMES] [directory]   (default: a temporary one)
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({ options: { kill: { type: 'string' } }, allowPositionals: true })
const kills = Number(values.kill ?? 0)
const launcher = fileURLToPath(new URL('../bin/widedeep.js', import.meta.url))
const directory = resolve(positionals[0] ?? mkdtempSync(join(tmpdir(), 'widedeep-seven-days-')))
const [firstDays, dayCount] = [4, 11]
const start = 1_767_225_600
const surroundings = { cwd: directory, encoding: 'utf8', env: { ...process.env, WIDEDEEP_DATA: '' } }

const widedeep = (...args) => spawnSync(process.execPath, [launcher, ...args], surroundings)

mkdirSync(directory, { recursive: true })
const sizes = ['--users', '3000', '--apps', '120', '--days', String(dayCount), '--impressions', '220000', '--seed', '5']
console.log(widedeep('simulate', ...sizes, '--out', '.').stdout)
const logs = ['impressions', 'actions'].map(cutByDay)
const config = readFileSync(join(directory, 'widedeep.config.ts'), 'utf8')
writeFileSync(
  join(directory, 'widedeep.config.ts'),
  config.replace(/'(impressions|actions).csv'/g, "'$1/*.csv'").replace('epochs: 8', 'epochs: 3'),
)

/** Lines of a log by the day on which they are known. */
function cutByDay(log) {
  const [header, ...lines] = readFileSync(join(directory, `${log}.csv`), 'utf8')
    .trim()
    .split('\n')
  const at = header.split(',').indexOf(log === 'actions' ? 'received' : 'timestamp')
  const days = Array.from({ length: dayCount }, () => [])
  for (const line of lines) {
    const day = Math.floor((Number(line.split(',')[at]) - start) / 86_400)
    days[Math.max(0, Math.min(dayCount - 1, day))].push(line)
  }
  mkdirSync(join(directory, log), { recursive: true })
  return { log, header, days }
}

function writeDay(day, spoil = (_log, lines) => lines) {
  for (const { log, header, days } of logs) {
    const file = join(directory, log, `day-${String(day).padStart(2, '0')}.csv`)
    writeFileSync(file, `${spoil(log, [header, ...days[day]]).join('\n')}\n`)
  }
}

/** The impressions of the day say another app than was shown: the installs fall on the wrong ones, or on none. */
function poisoned(log, [header, ...lines]) {
  if (log !== 'impressions') return [header, ...lines]
  const apps = lines.map((line) => line.split(',')[2])
  return [
    header,
    ...lines.map((line, at) =>
      line
        .split(',')
        .with(2, apps[(at + 7919) % apps.length])
        .join(','),
    ),
  ]
}

const unreadable = (log, lines) => (log === 'impressions' ? ['PAR1', '\u0000\u0001'.repeat(5000)] : lines)
const spoils = { [firstDays + 2]: unreadable, [firstDays + 3]: poisoned }

let [killed, failures] = [0, 0]

/** A job that is killed some times before it is let through; in between the champion must load and score. */
async function retrain() {
  for (let time = 0; time < kills; time++) {
    const child = spawn(process.execPath, [launcher, 'retrain'], { ...surroundings, stdio: 'ignore' })
    const ended = new Promise((end) => child.once('exit', end))
    const timer = setTimeout(() => child.kill('SIGKILL'), 500 + Math.random() * 15_000)
    await ended
    clearTimeout(timer)
    if (child.signalCode === 'SIGKILL') killed++
    const { status, stdout } = widedeep('models', 'ls', '--json')
    if (status !== 0) continue
    if (!JSON.parse(stdout).versions.some(({ aliases }) => aliases.includes('champion'))) continue
    if (widedeep('dry-run', '--bundle', 'models:champion').status !== 0) failures++
  }
  return widedeep('retrain')
}

for (let day = 0; day < firstDays; day++) writeDay(day)
console.log(`--- the first model\n${(await retrain()).stdout}`)
for (let day = firstDays; day < dayCount; day++) {
  writeDay(day, spoils[day])
  const { status, stdout, stderr } = await retrain()
  console.log(`--- day ${String(day + 1)}, exit code ${String(status)}\n${stdout || stderr}`)
}
console.log(widedeep('models', 'ls').stdout)
if (kills > 0) console.log(JSON.stringify({ killed, championsThatDidNotScore: failures }))
