/**
 * Builds dist/ from src/: one transpiled ESM file per source (esbuild, source maps), the WebAssembly kernels, and with
 * `--types` the declarations. Every file is replaced by a rename, so that a process that reads dist/ meanwhile sees whole
 * files. Nothing changed: nothing done.
 */
import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { withLock } from './build-lock.js'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const stampFile = join(dist, '.built')
/** Rooms with kernels. */
const kernelRooms = ['tables', 'graph']

function filesBelow(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** AssemblyScript, of which kernels are made. */
const isAssembly = (file) => relative(root, file).split(sep)[2] === 'assembly'

function isModule(file) {
  return /\.ts$/.test(file) && !/\.(test|conformance|d)\.ts$/.test(file) && !isAssembly(file)
}

/** Path, size and time of every input: also a deleted source changes it, which the newest time alone would miss. */
function fingerprint(files) {
  const hash = createHash('sha256')
  for (const file of files) {
    const { mtimeMs, size } = statSync(file)
    hash.update(`${relative(root, file)}\0${String(mtimeMs)}\0${String(size)}\n`)
  }
  return hash.digest('hex')
}

function inputs() {
  const scripts = filesBelow(join(root, 'scripts')).filter((file) => /[\\/]build[^\\/]*\.js$/.test(file))
  const settings = ['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(root, name))
  const sources = filesBelow(join(root, 'src'))
  const modules = sources.filter(isModule)
  return {
    modules,
    all: fingerprint([...modules, ...scripts, ...settings]),
    kernels: fingerprint([...sources.filter(isAssembly), ...scripts.filter((file) => file.includes('build-kernels'))]),
  }
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'))
  } catch {
    return { all: '', kernels: '', types: false }
  }
}

function isFresh(now, types) {
  const stamp = readStamp()
  return stamp.all === now.all && stamp.kernels === now.kernels && (stamp.types || !types) && hasKernels(dist)
}

const kernelFiles = (folder) => kernelRooms.map((room) => join(folder, room, 'kernels.wasm'))
const hasKernels = (folder) => kernelFiles(folder).every((file) => existsSync(file))

async function transpile(modules, staging) {
  const { build } = await import('esbuild')
  await build({
    entryPoints: modules,
    outdir: staging,
    outbase: join(root, 'src'),
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    bundle: false,
    logLevel: 'silent',
    absWorkingDir: root,
  })
}

async function emitTypes(staging) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const project = ['-p', join(root, 'tsconfig.build.json'), '--outDir', staging]
  try {
    await promisify(execFile)(process.execPath, [tsc, ...project], { cwd: root })
  } catch (error) {
    throw new Error(`the declarations do not compile:\n${error.stdout || error.stderr || error.message}`)
  }
}

/** Moves what was built into dist/ file by file, then removes what no source makes any more. */
function publish(staging) {
  const made = new Set()
  for (const file of filesBelow(staging)) {
    const target = join(dist, relative(staging, file))
    made.add(target)
    mkdirSync(dirname(target), { recursive: true })
    renameSync(file, target)
  }
  for (const file of kernelFiles(dist)) made.add(file)
  for (const file of filesBelow(dist)) {
    const isHidden = relative(dist, file).startsWith('.')
    if (!isHidden && !made.has(file)) rmSync(file, { force: true })
  }
}

async function buildAll(now, types) {
  // Without the stamp an interrupted build counts as stale, whatever it had written.
  const kernelsAreFresh = readStamp().kernels === now.kernels && hasKernels(dist)
  rmSync(stampFile, { force: true })
  for (const name of readdirSync(dist)) {
    if (name.startsWith('.staging-')) rmSync(join(dist, name), { recursive: true, force: true })
  }
  const staging = join(dist, `.staging-${String(process.pid)}`)
  mkdirSync(staging)
  try {
    const { buildKernels } = await import('./build-kernels.js')
    const parts = await Promise.allSettled([
      transpile(now.modules, staging),
      kernelsAreFresh ? undefined : buildKernels({ outDir: staging }),
      types ? emitTypes(staging) : undefined,
    ])
    // All are awaited before any fault is thrown, or a slower one would write into the folder that is removed below.
    for (const part of parts) if (part.status === 'rejected') throw part.reason
    publish(staging)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
  const partial = `${stampFile}-partial`
  writeFileSync(partial, JSON.stringify({ all: now.all, kernels: now.kernels, types }))
  renameSync(partial, stampFile)
}

/** Brings dist/ up to date; two processes at once: one builds, the other waits. Answers whether anything was built. */
export async function build({ types = false } = {}) {
  if (isFresh(inputs(), types)) return false
  mkdirSync(dist, { recursive: true })
  return withLock(join(dist, '.lock'), async () => {
    const now = inputs()
    if (isFresh(now, types)) return false
    await buildAll(now, types)
    return true
  })
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const started = performance.now()
  const isBuilt = await build({ types: process.argv.includes('--types') })
  if (isBuilt) console.log(`dist/ built in ${String(Math.round(performance.now() - started))} ms`)
}
