/**
 * Kills processes that append to an event log, apply it to a state store and erase users, at random instants, with SIGKILL:
 * `node scripts/kill-events.js 100`. After each kill (and, every other time, with the end that was not acknowledged cut off anywhere, as a loss
 * of power may): the log opens, every event that was ever acknowledged is in it exactly once, no line of an erased user is left, and
 * the store that catches up has applied each exactly once. Prints one line of JSON; exits 1 when there was a failure.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from './build.js'

const program = fileURLToPath(import.meta.url)
const clients = 8
/** Opening, some hundred commits, and a few segments. */
const longestLifeMs = 400
const segmentBytes = 100_000

const rooms = () => import('../dist/events/index.js')
const logOf = (home) => join(home, 'log')
const storeOf = (home) => join(home, 'state.db')
const openStore = async (home) => (await rooms()).openStateStore(storeOf(home), { pastPerUser: 1_000_000 })

const interaction = (id, user) => ({
  ...{ id, time: Date.now(), received: Date.now(), type: 'interaction', user },
  ...{ item: `app ${id.length}`, action: 'click' },
})

/** A server with several clients, for ever. Each line is in the pipe before the client goes on. */
async function write(home) {
  const { followLog, openEventLog } = await rooms()
  const log = await openEventLog(logOf(home), { segmentBytes })
  const { catchUp } = followLog(log, await openStore(home))
  const say = (...words) => writeSync(1, `${words.join(' ')}\n`)
  const client = async (number) => {
    let sent = []
    for (let turn = 0; ; turn++) {
      const fresh = Array.from({ length: 1 + (turn % 5) }, (_, index) => [process.pid, number, turn, index].join('-'))
      const ids = turn % 3 === 0 ? [...fresh, ...sent] : fresh
      const { accepted, duplicates } = await log.append(ids.map((id) => interaction(id, `user ${String(number)}`)))
      say('ok', accepted, duplicates, ...ids)
      sent = fresh
      void catchUp()
    }
  }
  const eraser = async () => {
    for (let turn = 0; ; turn++) {
      const user = `gone-${String(process.pid)}-${String(turn)}`
      await log.append([interaction(`of-${user}`, user)])
      await log.erase(user)
      say('erased', user)
      await sleep(10)
    }
  }
  say('ready')
  await Promise.all([...Array.from({ length: clients }, (_, number) => client(number)), eraser()])
}

/** Starts a writer, kills it after a random while, and tells what it acknowledged. */
async function killOne(home) {
  const child = fork(program, ['write', home], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  let said = ''
  child.stdout.on('data', (chunk) => (said += chunk))
  const ended = new Promise((resolve) => child.once('close', resolve))
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended])
  await sleep(Math.random() * longestLifeMs)
  const isKilled = child.kill('SIGKILL')
  await ended
  const lines = said.split('\n').map((line) => line.split(' '))
  const oks = lines.filter(([word]) => word === 'ok')
  return {
    isKilled,
    ids: oks.flatMap(([, , , ...ids]) => ids),
    duplicates: oks.reduce((sum, [, , count]) => sum + Number(count), 0),
    erased: lines.flatMap(([word, user]) => (word === 'erased' ? [user] : [])),
  }
}

/**
 * Cuts the last segment anywhere behind the last event that was acknowledged or applied, both of which follow a sync, as if the rest had not
 * reached the disk.
 */
async function losePower(home, acknowledged) {
  const names = readdirSync(logOf(home)).filter((name) => name.endsWith('.ndjson'))
  const path = join(logOf(home), names.sort().at(-1) ?? '')
  const lines = readFileSync(path, 'utf8').split(/(?<=\n)/)
  // A user's erasure is acknowledged with all before it.
  const kept = lines.findLastIndex(
    (line) => line.includes('"erased"') || acknowledged.has(/"id":"([^"]*)"/.exec(line)?.[1]),
  )
  const least = lines.slice(0, kept + 1).reduce((sum, line) => sum + Buffer.byteLength(line), 0)
  const store = await openStore(home)
  const { id } = JSON.parse(readFileSync(join(logOf(home), 'log.json'), 'utf8'))
  const applied = await store.appliedPosition(id)
  await store.close()
  const isApplied = applied !== null && path.endsWith(`${String(applied.segment).padStart(6, '0')}.ndjson`)
  const durable = Math.max(least, isApplied ? applied.offset : 0)
  truncateSync(path, durable + Math.floor(Math.random() * (statSync(path).size - durable + 1)))
}

/** Everything that must hold after a kill. */
async function check(home, acknowledged, erased) {
  const { followLog, openEventLog } = await rooms()
  const wrong = []
  const first = await openEventLog(logOf(home), {
    segmentBytes,
    onDamage: (damage) => wrong.push(JSON.stringify(damage)),
  })
  // What a kill interrupted is erased before the log is closed.
  await first.close()
  const log = await openEventLog(logOf(home), { segmentBytes })
  if (log.cutBytes > 0) wrong.push('the end was torn after a proper close')
  const seen = new Map()
  let pastEvents = 0
  for await (const { event } of log.read()) {
    seen.set(event.id, (seen.get(event.id) ?? 0) + 1)
    if (event.type === 'interaction') pastEvents++
    if (event.type === 'interaction' && erased.has(event.user)) wrong.push(`${event.user} was erased and is there`)
  }
  for (const id of acknowledged) if (!seen.has(id)) wrong.push(`${id} was acknowledged and is lost`)
  for (const [id, count] of seen) if (count > 1) wrong.push(`${id} is there ${String(count)} times`)
  const store = await openStore(home)
  await followLog(log, store).catchUp()
  const counts = await store.counts()
  if (counts.pastEvents !== pastEvents)
    wrong.push(`${String(counts.pastEvents)} events are applied, ${String(pastEvents)} are in the log`)
  await Promise.all([store.close(), log.close()])
  return { wrong, cutBytes: first.cutBytes, records: seen.size, segments: log.end().segment }
}

async function main(killCount) {
  await build()
  const home = mkdtempSync(join(tmpdir(), 'widedeep-kill-events-'))
  const acknowledged = new Set()
  const erased = new Set()
  const failures = []
  let [kills, duplicates, torn, last] = [0, 0, 0, { records: 0, segments: 0 }]
  const begun = performance.now()
  while (kills < killCount) {
    const killed = await killOne(home)
    if (!killed.isKilled) failures.push('a writer ended by itself')
    kills++
    for (const id of killed.ids) acknowledged.add(id)
    for (const user of killed.erased) erased.add(user)
    duplicates += killed.duplicates
    if (kills % 2 === 0) await losePower(home, acknowledged)
    last = await check(home, acknowledged, erased)
    if (last.cutBytes > 0) torn++
    for (const failure of last.wrong) console.error(failure)
    failures.push(...last.wrong)
    if (failures.length > 0) break
  }
  const seconds = Math.round((performance.now() - begun) / 1000)
  if (failures.length === 0) rmSync(home, { recursive: true, force: true })
  const { records, segments } = last
  const counts = { acknowledged: acknowledged.size, duplicates, erased: erased.size, torn, records, segments }
  console.log(JSON.stringify({ kills, failures: failures.length, ...counts, seconds }))
  process.exitCode = failures.length > 0 ? 1 : 0
}

const [first = '100', home] = process.argv.slice(2)
if (first === 'write') {
  process.on('disconnect', () => process.exit(0))
  await write(home)
} else await main(Number(first))
