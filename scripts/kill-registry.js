/**
 * Kills processes that publish, promote, roll back and remove, at random instants, with SIGKILL: `node scripts/kill-registry.js 1000`.
 * After each kill, while the other writers go on: the registry opens, its journal has no gap and holds every change that was
 * acknowledged, every version it speaks of is whole, and the champion loads and repeats the trainer's scores.
 * Prints the kills by what they interrupted, the failures, the promotions and rollbacks that were acknowledged and those done but unheard of,
 * and what the killed left half put together; exits 1 when there was a failure.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from './build.js'

const program = fileURLToPath(import.meta.url)
const writers = 3
/** Several changes long: one takes some 10 to 60 ms. */
const longestLifeMs = 300
const tolerance = 1e-5

async function rooms() {
  const [registry, model] = await Promise.all([import('../dist/registry/index.js'), import('../dist/model/index.js')])
  return { ...registry, ...model }
}

/** Two bundles of one small model with different seeds, trained on simulated data. */
async function trainBundles(home) {
  const { categorical, cross } = await import('../dist/features/index.js')
  const { checkedConfig, trainBundle } = await import('../dist/pipeline/index.js')
  const { simulate } = await import('../dist/simulator/index.js')
  simulate({ directory: home, users: 80, apps: 30, impressions: 1500, labelled: true, baseLogit: -2 })
  const config = checkedConfig(
    {
      data: { examples: 'impressions.csv', label: { column: 'install' }, user: 'user', item: 'app' },
      features: { user: { user: categorical() }, item: { app: categorical() } },
      model: { wide: [cross('user', 'app')], deep: { embedding: 4, hidden: [8] } },
      training: { epochs: 1, threads: 1 },
    },
    'config',
  )
  const loaded = { config, path: join(home, 'widedeep.config.ts'), directory: home }
  const bundles = []
  for (const seed of [1, 2]) {
    bundles.push((await trainBundle(loaded, { out: join(home, `bundle-${String(seed)}`), seed })).bundle)
  }
  return bundles
}

const contentsOf = (bundle) => ({
  bundle,
  lineage: { data: null, code: 'kill test', parent: null },
  metrics: {},
  report: null,
})

/** A writer: changes the registry for ever. Each line is in the pipe before the next thing is done. */
async function write(directory, bundles) {
  const { openRegistry, versionNumbers } = await rooms()
  const registry = openRegistry(directory)
  const author = { by: `writer ${String(process.pid)}`, reason: 'kill test' }
  const say = (text) => writeSync(1, `${text}\n`)
  const pick = (all) => all[Math.floor(Math.random() * all.length)]
  const acts = {
    publish: () => registry.publish(contentsOf(pick(bundles)), author).then(() => null),
    async promote() {
      const state = registry.state()
      const champion = state.aliases.champion?.version ?? null
      const version = pick(versionNumbers(state).filter((number) => number !== champion))
      registry.recordVerdict(version, { verdict: 'BLESSED', reasons: [] }, { ...author, champion })
      return (await registry.promote(version, author)).generation
    },
    rollback: async () => (await registry.rollback(author)).generation,
    remove: async () => void registry.retain(3, author) ?? null,
  }
  say('ready')
  for (;;) {
    const act = pick(['publish', 'publish', 'promote', 'promote', 'rollback', 'remove'])
    say(`begin ${act}`)
    try {
      say(`done ${String(await acts[act]())}`)
    } catch (error) {
      // What another writer was faster at, or what there is nothing to do for. A fault of ours has no code, and is told.
      say(error.code?.startsWith('REGISTRY_') ? `refused ${error.code}` : `fault ${error.stack}`.replaceAll('\n', ' '))
    }
  }
}

/** Starts a writer, kills it after a random while, and tells what it said last. */
async function killOne(directory, bundles) {
  const child = fork(program, ['write', directory, ...bundles], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  let said = ''
  const ended = new Promise((resolve) => child.once('close', resolve))
  const ready = new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      said += chunk
      resolve()
    })
  })
  await Promise.race([ready, ended])
  await sleep(Math.random() * longestLifeMs)
  const isKilled = child.kill('SIGKILL')
  await ended
  const lines = said.trim().split('\n')
  const last = lines.at(-1) ?? ''
  return {
    isKilled,
    during: last.startsWith('begin ') ? last.slice(6) : 'between',
    acknowledged: lines.flatMap((line) => (/^done \d+$/.test(line) ? [Number(line.slice(5))] : [])),
    faults: lines.filter((line) => line.startsWith('fault ')),
    by: `writer ${String(child.pid)}`,
  }
}

/** Promotions and rollbacks of a writer that are in the journal and that it did not live to hear of. */
const unheardOf = (entries, { by, acknowledged }) =>
  entries.filter(
    ({ by: other, generation, change }) =>
      other === by && ['promote', 'rollback'].includes(change.kind) && !acknowledged.includes(generation),
  ).length

/** Everything that must hold at any instant; answers with what does not. */
async function check(directory, { acknowledged, by, faults }) {
  const { askGolden, openBundle, openRegistry, versionNumbers } = await rooms()
  const registry = openRegistry(directory)
  const wrong = [...faults]
  const entries = registry.entries()
  if (entries.some(({ generation }, index) => generation !== index + 1)) wrong.push('the journal has a gap')
  for (const generation of acknowledged) {
    if (entries[generation - 1]?.by !== by) wrong.push(`change ${String(generation)} was acknowledged and is lost`)
  }
  // Other writers may remove a version while it is looked at: then it is gone from the journal, and that comes first.
  for (const version of versionNumbers(registry.state())) {
    const fault = await registry.verify(version).then(() => null, String)
    if (fault !== null && versionNumbers(registry.state()).includes(version)) wrong.push(fault)
  }
  for (;;) {
    const { version, directory: bundle } = registry.resolve('champion')
    const fault = await score(bundle).then(() => null, String)
    if (fault === null) break
    if (registry.resolve('champion').version === version) {
      wrong.push(`the champion ${String(version)} does not answer: ${fault}`)
      break
    }
  }
  return { wrong, unheard: unheardOf(entries, { by, acknowledged }) }

  async function score(bundle) {
    const opened = await openBundle(bundle)
    const { count, notNumbers, largestDifference } = await askGolden(opened)
    await opened.close()
    if (count === 0 || notNumbers.length > 0 || largestDifference > tolerance) throw new Error('other scores')
  }
}

async function main(killCount) {
  await build()
  const { openRegistry } = await rooms()
  const home = mkdtempSync(join(tmpdir(), 'widedeep-kill-'))
  const directory = join(home, 'registry')
  const bundles = await trainBundles(home)
  const registry = openRegistry(directory)
  for (const bundle of bundles) await registry.publish(contentsOf(bundle))
  await registry.promote(1, { reason: 'first', isForced: true })

  const during = {}
  const failures = []
  let [started, kills, acknowledged, unheard] = [0, 0, 0, 0]
  const killer = async () => {
    while (started < killCount) {
      started++
      const killed = await killOne(directory, bundles)
      if (killed.isKilled) kills++
      else failures.push('a writer ended by itself')
      during[killed.during] = (during[killed.during] ?? 0) + 1
      acknowledged += killed.acknowledged.length
      const checked = await check(directory, killed)
      failures.push(...checked.wrong)
      for (const failure of checked.wrong) console.error(failure)
      unheard += checked.unheard
      if (kills % 100 === 0) console.error(`${String(kills)} kills, ${String(failures.length)} failures`)
    }
  }
  const begun = performance.now()
  await Promise.all(Array.from({ length: writers }, killer))
  const seconds = Math.round((performance.now() - begun) / 1000)
  const staged = readdirSync(join(directory, 'staging'))
  const left = {
    versions: staged.filter((name) => name.startsWith('version-')).length,
    entries: staged.filter((name) => name.startsWith('entry-')).length,
    removed: staged.filter((name) => name.startsWith('removed-')).length,
  }
  const entries = registry.entries().length
  rmSync(home, { recursive: true, force: true })
  console.log(
    JSON.stringify({ kills, failures: failures.length, during, acknowledged, unheard, entries, left, seconds }),
  )
  process.exitCode = failures.length > 0 ? 1 : 0
}

const [first = '1000', directory, ...bundles] = process.argv.slice(2)
if (first === 'write') {
  process.on('disconnect', () => process.exit(0))
  await write(directory, bundles)
} else await main(Number(first))
