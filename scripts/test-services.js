/**
 * Runs the tests that talk to real servers of others, `*.services.test.ts`: installs MLflow with pip into a virtual environment below
 * `.widedeep/services/`, once for each release that is pinned here, and, as root on Debian and its kin, PostgreSQL and strace with apt-get
 * where they are missing.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const mlflowRelease = '3.17.2'
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

function run(command, args, env = {}) {
  const surroundings = { cwd: root, stdio: 'inherit', env: { ...process.env, ...env }, timeout: 15 * 60_000 }
  const { status, error } = spawnSync(command, args, surroundings)
  if (error) console.error(`${command} does not start: ${error.message}`)
  return status === 0
}

/** The folder of the environment's programs. */
function installMlflow() {
  const home = join(root, '.widedeep', 'services', `mlflow-${mlflowRelease}`)
  const programs = join(home, process.platform === 'win32' ? 'Scripts' : 'bin')
  const isThere = ['mlflow', 'mlflow.exe'].some((name) => existsSync(join(programs, name)))
  if (isThere) return programs
  console.log(`installing MLflow ${mlflowRelease}`)
  const python = process.platform === 'win32' ? 'python' : 'python3'
  const isInstalled =
    run(python, ['-m', 'venv', home]) &&
    run(join(programs, 'python'), ['-m', 'pip', 'install', '--quiet', `mlflow==${mlflowRelease}`])
  if (isInstalled) return programs
  rmSync(home, { recursive: true, force: true })
  return null
}

/** Whether a program is there, or a package of the system's could bring it. */
function hasProgram(isThere, debianPackage) {
  if (isThere()) return true
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  console.log(`installing ${debianPackage}`)
  const options = ['install', '--yes', '--quiet', '--no-install-recommends', debianPackage]
  const noQuestions = { DEBIAN_FRONTEND: 'noninteractive' }
  return run('apt-get', ['update', '--quiet'], noQuestions) && run('apt-get', options, noQuestions) && isThere()
}

const inPath = (name) => (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)))
const hasPostgres = () => existsSync('/usr/lib/postgresql') || inPath('initdb')

if (!hasProgram(hasPostgres, 'postgresql'))
  console.log('SKIPPED: the tests against PostgreSQL, because it is not installed and cannot be installed here')
if (!hasProgram(() => inPath('strace'), 'strace'))
  console.log('SKIPPED: the trace of the event log, because strace is not installed and cannot be installed here')
const programs = installMlflow()
if (programs === null)
  console.log(`SKIPPED: the tests against MLflow, because MLflow ${mlflowRelease} cannot be installed here`)
const vitest = [
  join(root, 'node_modules', 'vitest', 'vitest.mjs'),
  'run',
  '.services.test.ts',
  ...process.argv.slice(2),
]
process.exitCode = run(process.execPath, vitest, { WIDEDEEP_SERVICES: programs ?? '' }) ? 0 : 1
