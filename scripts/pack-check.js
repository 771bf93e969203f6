/**
 * Proves the packed package in empty projects: it installs with and without install scripts, its types find a misspelt
 * feature, and its command trains, evaluates and recommends. Prints PASS and FAIL lines; exits 1 when one failed.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const minutesMs = 60_000
/** ONNX Runtime's install script would fetch CUDA libraries on Linux, which widedeep does not use: its own switch. */
const surroundings = { ONNXRUNTIME_NODE_INSTALL: 'skip' }
let failedCount = 0

function run(command, args, cwd) {
  const limits = { timeout: 10 * minutesMs, maxBuffer: 1 << 28 }
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...surroundings },
    encoding: 'utf8',
    ...limits,
  })
  return { isGood: result.status === 0, out: result.stdout ?? '', all: `${result.stdout ?? ''}${result.stderr ?? ''}` }
}

/** One line of the report; the output is shown only when the check failed. */
function report(name, isGood, output = '') {
  console.log(`${isGood ? 'PASS' : 'FAIL'} ${name}`)
  if (isGood) return
  failedCount++
  console.log(
    output
      .trim()
      .split('\n')
      .slice(-25)
      .map((line) => `     ${line}`)
      .join('\n'),
  )
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function pack(folder) {
  const result = run(
    'npm',
    ['pack', '--json', '--no-ignore-scripts', '--no-foreground-scripts', '--pack-destination', folder],
    root,
  )
  const [packed] = parsed(result.out) ?? []
  report('npm pack', result.isGood && packed !== undefined, result.all)
  if (packed === undefined) return undefined
  const paths = packed.files.map((file) => file.path)
  const needed = ['bin/widedeep.js', 'dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js', 'dist/tables/kernels.wasm']
  const missing = needed.filter((path) => !paths.includes(path))
  const foreign = paths.filter(
    (path) => !/^(bin|dist)\/|^(package\.json|README\.md|LICENSE|examples\/movielens\/[^/]+)$/.test(path),
  )
  const isTest = paths.filter((path) => /\.test\.|staging-|\.lock/.test(path))
  report(
    `the package holds what it needs and nothing else (${String(paths.length)} files, ${String(packed.size >> 10)} KiB)`,
    missing.length + foreign.length + isTest.length === 0,
    `missing: ${missing.join(' ')}; not wanted: ${[...foreign, ...isTest].join(' ')}`,
  )
  return join(folder, packed.filename)
}

function install(folder, tarball, flags) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "private": true, "type": "module" }\n')
  const result = run('npm', ['install', '--no-audit', '--no-fund', ...flags, tarball], folder)
  report(`npm install ${flags.join(' ')}`, result.isGood, result.all)
  return result.isGood
}

const feature = 'category'
function configOf(crossed) {
  return `import { categorical, cross, defineConfig, numeric } from 'widedeep'

export default defineConfig({
  data: { examples: 'examples.csv', label: { column: 'click' }, split: { by: 'random', validation: 0.1, test: 0.2 }, user: 'user', item: 'app' },
  features: {
    user: { user: categorical(), age: numeric() },
    item: { app: categorical(), category: categorical() },
  },
  model: { wide: [cross('user', '${crossed}')], deep: { embedding: 4, hidden: [8] } },
  training: { epochs: 2, batchSize: 64, seed: 1 },
})
`
}

/** Examples with a plain truth: odd users click apps of the category "games". */
function writeExamples(file) {
  const lines = ['user,age,app,category,click']
  for (let row = 0; row < 3000; row++) {
    const user = row % 50
    // Twelve of the twenty apps per user, so that some are left to recommend.
    const app = (user * 7 + (Math.floor(row / 50) % 12) * 11) % 20
    const category = app % 2 === 0 ? 'games' : 'tools'
    const click = user % 2 === 1 && category === 'games' ? 1 : 0
    lines.push(`u${String(user)},${String(20 + user)},a${String(app)},${category},${String(click)}`)
  }
  writeFileSync(file, `${lines.join('\n')}\n`)
}

function typeCheck(folder) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  // As a project under Node has them; nothing is skipped, or faults of our own declarations would be.
  const types = ['--typeRoots', join(root, 'node_modules', '@types'), '--types', 'node']
  const flags = '--noEmit --strict --target es2022 --module nodenext --moduleResolution nodenext'.split(' ')
  const check = (file) => run(process.execPath, [tsc, ...flags, ...types, file], folder)
  writeFileSync(join(folder, 'widedeep.config.ts'), configOf(feature))
  const good = check('widedeep.config.ts')
  report('a config type-checks against the packed declarations', good.isGood, good.all)
  writeFileSync(join(folder, 'misspelt.config.ts'), configOf('categry'))
  const bad = check('misspelt.config.ts')
  report('a misspelt feature is a type error', !bad.isGood && bad.all.includes('categry'), bad.all || 'no error')
}

function widedeep(folder, args) {
  const result = run('npx', ['--no-install', 'widedeep', ...args], folder)
  const answer = parsed(result.out)
  report(`widedeep ${args.join(' ')}`, result.isGood && answer !== undefined, result.all)
  return answer
}

function useCommand(folder) {
  writeExamples(join(folder, 'examples.csv'))
  widedeep(folder, ['train', '--config', 'widedeep.config.ts', '--json', '--out', 'bundle'])
  if (!existsSync(join(folder, 'bundle'))) return report('the bundle is where --out says', false)
  widedeep(folder, ['evaluate', '--bundle', 'bundle', '--data', 'examples.csv', '--json'])
  const answer = widedeep(folder, ['recommend', '--bundle', 'bundle', '--user', 'u1', '-k', '5', '--json'])
  report('five items are recommended', answer?.items?.length === 5, JSON.stringify(answer))
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'widedeep-pack-'))
  try {
    const tarball = pack(folder)
    if (tarball === undefined) return
    copyFileSync(tarball, join(folder, 'widedeep.tgz'))
    const [hooksOff, hooksOn] = [join(folder, 'hooks-off'), join(folder, 'hooks-on')]
    if (install(hooksOff, join(folder, 'widedeep.tgz'), ['--ignore-scripts'])) {
      typeCheck(hooksOff)
      useCommand(hooksOff)
    }
    if (install(hooksOn, join(folder, 'widedeep.tgz'), ['--no-ignore-scripts'])) widedeep(hooksOn, ['demo', '--json'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
console.log(failedCount === 0 ? 'PASS the package' : `FAIL the package: ${String(failedCount)} checks`)
process.exitCode = failedCount === 0 ? 0 : 1
