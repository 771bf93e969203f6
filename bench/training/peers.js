/**
 * The implementations of others that train beside ours. Their programs are installed once into the cache directory, from pinned files
 * (bench/peers/requirements.txt, bench/peers/package.json), and again when those change; nothing of them is a dependency of this package.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheDirectory } from './workloads.js'

const fileOf = (path) => fileURLToPath(new URL(path, import.meta.url))
const pinned = { python: fileOf('../peers/requirements.txt'), node: fileOf('../peers/package.json') }

/** Throws with the last line that a program said, where it fails. */
function run(command, args, options = {}) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options })
  if (status !== 0) throw new Error(error?.message ?? (stderr.trim().split('\n').at(-1) || `${command} failed`))
}

/** The Python that the pinned packages are built for. */
function findPython() {
  const isRight = 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'
  const found = ['python3.11', 'python3'].find((python) => spawnSync(python, ['-c', isRight]).status === 0)
  if (!found) throw new Error('there is no Python 3.11')
  return found
}

const installers = {
  python(home) {
    run(findPython(), ['-m', 'venv', home])
    const install = ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', '--no-deps', '-r', pinned.python]
    run(join(home, 'bin', 'python'), install)
  },
  node(home) {
    mkdirSync(home, { recursive: true })
    copyFileSync(pinned.node, join(home, 'package.json'))
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: home })
  },
}

const homes = new Map()

/** Where the programs of a kind are installed; throws the reason where they cannot be. Tried once. */
function homeOf(kind) {
  if (!homes.has(kind)) homes.set(kind, install(kind))
  const { home, reason } = homes.get(kind)
  if (reason) throw new Error(`cannot be installed: ${reason}`)
  return home
}

function install(kind) {
  const home = join(cacheDirectory, 'peers', kind)
  const receipt = join(home, 'installed.txt')
  const wanted = readFileSync(pinned[kind], 'utf8')
  if (existsSync(receipt) && readFileSync(receipt, 'utf8') === wanted) return { home }
  rmSync(home, { recursive: true, force: true })
  try {
    installers[kind](home)
    writeFileSync(receipt, wanted)
    return { home }
  } catch (error) {
    rmSync(home, { recursive: true, force: true })
    return { reason: error.message }
  }
}

const python = (file) => () => ({
  command: join(homeOf('python'), 'bin', 'python'),
  args: [fileOf(`../peers/training/${file}`)],
  env: { PYTHONDONTWRITEBYTECODE: '1' },
})
const node = (file) => () => ({
  command: process.execPath,
  args: [fileOf(`../peers/training/${file}`)],
  env: { PEERS_HOME: homeOf('node') },
})

/** By name: the precision, and `program()`, which installs what is not there yet. */
export const peers = {
  tensorflow: { precision: 'float32', program: python('dnn_linear_combined.py') },
  pytorch: { precision: 'float32', program: python('pytorch.py') },
  'pytorch-bfloat16': { precision: 'bfloat16', program: python('pytorch.py') },
  'deepctr-torch': { precision: 'float32', program: python('deepctr_torch_wdl.py') },
  'tensorflow.js': { precision: 'float32', program: node('tensorflow.js') },
}
