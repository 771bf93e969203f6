/**
 * Runs the tests that kill processes or talk to real programs of others, `*.services.test.ts`: installs MLflow, Triton's client and onnxruntime with pip into
 * virtual environments below `.widedeep/services/`, once for each release that is pinned here, and, as root on Debian and its kin, PostgreSQL, strace,
 * Prometheus and oneDNN with apt-get where they are missing.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const mlflowRelease = '3.17.2'
const tritonRelease = '2.73.0'
/** As bench/peers/requirements.txt has it. */
const onnxruntimeRelease = '1.30.0'
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

function run(command, args, env = {}) {
  const surroundings = { cwd: root, stdio: 'inherit', env: { ...process.env, ...env }, timeout: 15 * 60_000 }
  const { status, error } = spawnSync(command, args, surroundings)
  if (error) console.error(`${command} does not start: ${error.message}`)
  return status === 0
}

/** The folder of programs of a virtual environment that has a package of PyPI; `null` where it cannot be made. */
function installed({ name, release, extra = '', program }) {
  const home = join(root, '.widedeep', 'services', `${name}-${release}`)
  const programs = join(home, process.platform === 'win32' ? 'Scripts' : 'bin')
  const isThere = [program, `${program}.exe`].some((file) => existsSync(join(programs, file)))
  if (isThere) return programs
  console.log(`installing ${name} ${release}`)
  const python = process.platform === 'win32' ? 'python' : 'python3'
  const isInstalled =
    run(python, ['-m', 'venv', home]) &&
    run(join(programs, 'python'), ['-m', 'pip', 'install', '--quiet', `${name}${extra}==${release}`])
  if (isInstalled) return programs
  rmSync(home, { recursive: true, force: true })
  console.log(`SKIPPED: the tests with ${name}, because ${name} ${release} cannot be installed here`)
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
if (!hasProgram(() => inPath('promtool'), 'prometheus'))
  console.log('SKIPPED: the check of the metrics, because promtool is not installed and cannot be installed here')
const hasOnednn = () => /libdnnl\.so\.[23]\b/.test(spawnSync('ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '')
if (!hasProgram(hasOnednn, 'libdnnl2') && !hasProgram(hasOnednn, 'libdnnl3'))
  console.log('SKIPPED: training by oneDNN, because it is not installed and cannot be installed here')
const mlflow = installed({ name: 'mlflow', release: mlflowRelease, program: 'mlflow' })
const triton = installed({ name: 'tritonclient', release: tritonRelease, extra: '[http]', program: 'python' })
const onnxruntime = installed({ name: 'onnxruntime', release: onnxruntimeRelease, program: 'python' })
const pythonOf = (programs) => (programs === null ? '' : join(programs, 'python'))
const vitest = [
  join(root, 'node_modules', 'vitest', 'vitest.mjs'),
  'run',
  '.services.test.ts',
  ...process.argv.slice(2),
]
const surroundings = {
  WIDEDEEP_SERVICES: mlflow ?? '',
  WIDEDEEP_TRITON_PYTHON: pythonOf(triton),
  WIDEDEEP_ONNXRUNTIME_PYTHON: pythonOf(onnxruntime),
}
process.exitCode = run(process.execPath, vitest, surroundings) ? 0 : 1
