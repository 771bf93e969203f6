/**
 * The dry run: a bundle is loaded by the real scorer in a process of its own before anyone relies on it. What kills that process
 * would have killed a server.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { judge } from './dry-run-verdict.js'
import type { DryRunReport, DryRunVerdict, Ended, Limits } from './dry-run-verdict.js'

export interface DryRunResult {
  readonly bundle: string
  readonly verdict: DryRunVerdict
  readonly reasons: readonly string[]
  readonly requests: number
  readonly largestDifference: number | null
  readonly loadMs: number | null
  /** Latency of one request of one row, encoding included. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly peakBytes: number | null
  readonly memoryLimitBytes: number
  readonly deadlineMs: number
}

export interface DryRunOptions {
  /** From start to last answer. Default 120 s. */
  readonly deadlineMs?: number | undefined
  /** Default: 1 GiB and four times the files that scoring loads. */
  readonly memoryLimitBytes?: number | undefined
  /** Hears the process id once the child runs. */
  onStart?(pid: number): void
}

const defaultDeadlineMs = 120_000
const baseBytes = 2 ** 30
const bytesPerByte = 4
/** The built one, also where this file runs from its source. */
const workerFile = fileURLToPath(new URL('../../dist/registry/dry-run-worker.js', import.meta.url))
/** Between two looks at the child's memory. */
const lookMs = 10

/** Loads a bundle in a child process, asks its golden requests and judges; never throws for what the bundle does. */
export async function dryRun(bundle: string, options: DryRunOptions = {}): Promise<DryRunResult> {
  const directory = resolve(bundle)
  const deadlineMs = options.deadlineMs ?? defaultDeadlineMs
  const memoryLimitBytes = options.memoryLimitBytes ?? baseBytes + bytesPerByte * servedBytes(directory)
  const child = fork(workerFile, [directory], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [`--max-old-space-size=${String(Math.ceil(memoryLimitBytes / 2 ** 20))}`],
  })
  if (child.pid !== undefined) options.onStart?.(child.pid)
  const ended = await endOf(child, { deadlineMs, memoryLimitBytes })
  const { report } = ended
  const answered = report?.kind === 'answered' ? report : null
  return {
    bundle,
    ...judge(ended, { deadlineMs, memoryLimitBytes }),
    requests: answered?.answers.count ?? 0,
    largestDifference: answered?.answers.largestDifference ?? null,
    loadMs: answered?.loadMs ?? null,
    p50Ms: answered?.p50Ms ?? null,
    p99Ms: answered?.p99Ms ?? null,
    peakBytes: answered?.peakBytes ?? null,
    memoryLimitBytes,
    deadlineMs,
  }
}

function endOf(child: ChildProcess, { deadlineMs, memoryLimitBytes }: Limits): Promise<Ended> {
  return new Promise((resolveEnd) => {
    let report: DryRunReport | null = null
    let stopped: Ended['stopped'] = null
    let stderr = ''
    const stop = (why: 'HUNG' | 'TOO_MUCH_MEMORY'): void => {
      stopped ??= why
      child.kill('SIGKILL')
    }
    const deadline = setTimeout(stop, deadlineMs, 'HUNG')
    const looks = setInterval(() => {
      if (residentBytes(child.pid) > memoryLimitBytes) stop('TOO_MUCH_MEMORY')
    }, lookMs)
    const end = (exit: string): void => {
      clearTimeout(deadline)
      clearInterval(looks)
      resolveEnd({ report, stopped, exit, stderr })
    }
    child.stderr?.on('data', (chunk: Buffer) => (stderr = `${stderr}${chunk.toString()}`.slice(-4000)))
    child.on('message', (message) => (report = message as DryRunReport))
    child.on('error', (error) => {
      end(error.message)
    })
    child.on('close', (code, signal) => {
      end(signal ?? `exit code ${String(code)}`)
    })
  })
}

/** Resident memory of a process where the system tells it of others; elsewhere its own report at the end counts. */
function residentBytes(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return 0
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? []
    return 1024 * Number(kilobytes ?? 0)
  } catch {
    // It has just ended.
    return 0
  }
}

/** Bytes of the files that scoring loads. */
function servedBytes(directory: string): number {
  if (!existsSync(directory)) return 0
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const served = files.filter((file) => !file.startsWith(`training-state${sep}`))
  return served.reduce((sum, file) => sum + statSync(join(directory, file)).size, 0)
}
