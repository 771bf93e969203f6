/**
 * Kills the real server under a load of events and lists, at random instants, with SIGKILL, and starts it again:
 * `node scripts/kill-server.js 100 [items]` (default: a catalogue of 100,000). After each kill every event that was ever acknowledged is in the log
 * exactly once; after each start what was acknowledged last is in the answers, and `readyMs` says how long the start took, from the
 * process to the first ready answer. Prints one line of JSON; exits 1 when there was a failure.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from './build.js'

await build()
const { openEventLog } = await import('../dist/events/index.js')
const { openConnection, requestBytes } = await import('../bench/load/connection.js')
const { startServer } = await import('../bench/load/start-server.js')
const { storeConfig, storeRow, writeRandomBundle } = await import('../bench/random-bundle.js')
const { median } = await import('../bench/statistics.js')

const eventClients = 4
const listClients = 2
/** Some hundred commits. */
const [shortestLifeMs, longestLifeMs] = [200, 1000]
/** Requests with events of one user: fewer events than an answer shows. */
const turnsOfUser = 16

/** Sends events, some of them twice, until the server is gone; notes what was acknowledged. */
async function sendEvents(port, name, acknowledged) {
  const connection = await openConnection(port)
  let [sent, duplicates] = [[], 0]
  for (let turn = 0; ; turn++) {
    const user = `${name}-${String(Math.floor(turn / turnsOfUser))}`
    const fresh = Array.from({ length: 1 + (turn % 5) }, (_, index) => ({
      ...{ type: 'interaction', id: [name, turn, index].join('-'), user },
      ...{ item: `i${String(turn)}`, action: 'click' },
    }))
    const events = turn % 3 === 0 ? [...fresh, ...sent] : fresh
    const answer = await connection.send(requestBytes('/v1/events', { events })).catch(() => null)
    if (answer === null) return { user, duplicates, wrong: [] }
    if (answer.status !== 202) return { user, duplicates, wrong: [`${String(answer.status)} for events`] }
    const { accepted, duplicates: again } = JSON.parse(String(answer.body))
    if (accepted + again !== events.length) return { user, duplicates, wrong: [`${name}: ${String(answer.body)}`] }
    duplicates += again
    for (const { id } of fresh) acknowledged.set(id, user)
    sent = fresh
  }
}

async function askForLists(port, itemCount) {
  const connection = await openConnection(port)
  for (let turn = 0; ; turn++) {
    const items = Array.from({ length: 50 }, (_, i) => `i${String((turn * 131 + i * 17) % itemCount)}`)
    const answer = await connection.send(requestBytes('/v1/rank', { user: 'u1', items, k: 10 })).catch(() => null)
    if (answer === null) return { lists: turn, wrong: [] }
    if (answer.status !== 200) return { lists: turn, wrong: [`${String(answer.status)} for a list`] }
  }
}

/** What the log has: how often each id, and how many events each user. */
async function readLog(directory) {
  const damaged = []
  const log = await openEventLog(join(directory, 'events'), {
    onDamage: (damage) => damaged.push(JSON.stringify(damage)),
  })
  const [ids, users] = [new Map(), new Map()]
  const count = (map, key) => map.set(key, (map.get(key) ?? 0) + 1)
  for await (const { event } of log.read()) {
    count(ids, event.id)
    if (event.type === 'interaction') count(users, event.user)
  }
  const { cutBytes } = log
  await log.close()
  return { ids, users, cutBytes, damaged }
}

/** Users whose events the server must know again. */
async function checkUsers(port, users, logged) {
  const connection = await openConnection(port)
  const wrong = []
  for (const user of users) {
    const expected = logged.users.get(user) ?? 0
    const { status, body } = await connection.send(requestBytes(`/v1/users/${user}`, undefined, 'GET'))
    const known = status === 200 ? JSON.parse(String(body)).history.length : 0
    if (known !== expected)
      wrong.push(`${user} has ${String(known)} events after a start, ${String(expected)} in the log`)
  }
  connection.close()
  return wrong
}

const [killCount = 100, itemCount = 100_000] = process.argv.slice(2).map(Number)
const home = mkdtempSync(join(tmpdir(), 'widedeep-kill-server-'))
const [bundle, state] = [join(home, 'bundle'), join(home, 'state')]
await writeRandomBundle(bundle, { config: storeConfig(itemCount), rowOf: storeRow, itemCount, userCount: 100 })
const start = () => startServer(['--bundle', bundle, '--state', state])
// The first start brings the catalogue into the store.
await (await start()).stop()
const begun = performance.now()
const acknowledged = new Map()
const failures = []
const ready = []
let [kills, duplicates, torn, lists, users, logged] = [0, 0, 0, 0, [], { ids: new Map(), users: new Map() }]
while (kills < killCount && failures.length === 0) {
  const server = await start()
  ready.push(server.readyMs)
  failures.push(...(await checkUsers(server.port, users, logged)))
  const clients = Array.from({ length: eventClients }, (_, client) =>
    sendEvents(server.port, `k${String(kills)}-${String(client)}`, acknowledged),
  )
  const askers = Array.from({ length: listClients }, () => askForLists(server.port, itemCount))
  await sleep(shortestLifeMs + Math.random() * (longestLifeMs - shortestLifeMs))
  await server.kill()
  kills++
  const [sent, asked] = [await Promise.all(clients), await Promise.all(askers)]
  users = sent.map(({ user }) => user)
  duplicates += sent.reduce((sum, one) => sum + one.duplicates, 0)
  lists += asked.reduce((sum, one) => sum + one.lists, 0)
  logged = await readLog(state)
  if (logged.cutBytes > 0) torn++
  failures.push(...[...sent, ...asked].flatMap(({ wrong }) => wrong), ...logged.damaged)
  for (const id of acknowledged.keys()) if (!logged.ids.has(id)) failures.push(`${id} was acknowledged and is lost`)
  for (const [id, count] of logged.ids) if (count > 1) failures.push(`${id} is there ${String(count)} times`)
}
for (const failure of failures) console.error(failure)
if (failures.length === 0) rmSync(home, { recursive: true })
const counts = { acknowledged: acknowledged.size, duplicates, lists, torn, records: logged.ids.size }
const readyMs = { median: Math.round(median(ready)), most: Math.round(Math.max(...ready)) }
const seconds = Math.round((performance.now() - begun) / 1000)
console.log(JSON.stringify({ kills, failures: failures.length, ...counts, items: itemCount, readyMs, seconds }))
process.exitCode = failures.length > 0 ? 1 : 0
