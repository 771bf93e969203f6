/** The program of a dry run: loads a bundle as a server does, asks its golden requests, measures, and tells its parent. */
import { existsSync, readFileSync } from 'node:fs'
import { WideDeepError } from '../base/index.js'
import { openBundle } from '../model/index.js'
import type { Bundle } from '../model/index.js'
import type { DryRunReport } from './dry-run-verdict.js'
import { askGolden } from './golden-requests.js'

/** Enough for a 99th percentile, and an end for slow models. */
const timings = 1000
const longestMs = 2000

async function run(directory: string): Promise<DryRunReport> {
  const start = performance.now()
  const bundle = await openBundle(directory)
  const loadMs = performance.now() - start
  const answers = await askGolden(bundle)
  const sorted = (await latencies(bundle)).sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  await bundle.close()
  return { kind: 'answered', answers, loadMs, p50Ms: at(0.5), p99Ms: at(0.99), peakBytes: peakBytes() }
}

/** Milliseconds of single requests, encoding included, after a first round that warms up. */
async function latencies({ golden, encoder, score }: Bundle): Promise<number[]> {
  const times: number[] = []
  const end = performance.now() + longestMs
  while (golden.length > 0 && times.length < timings && performance.now() < end) {
    for (const { row } of golden) {
      const start = performance.now()
      await score(encoder.encode([row]))
      times.push(performance.now() - start)
    }
  }
  return times
}

/** Most memory this process had at once; Linux counts in `maxRSS` also what the parent had when it forked. */
function peakBytes(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(status) ?? []
  return 1024 * Number(kilobytes ?? process.resourceUsage().maxRSS)
}

function refusal(error: unknown): DryRunReport {
  if (error instanceof WideDeepError) return { kind: 'refused', reason: `${error.code}: ${error.message}` }
  return { kind: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}

process.on('disconnect', () => process.exit(0))
const report = await run(process.argv[2] ?? '').catch(refusal)
process.send?.(report, undefined, undefined, () => process.exit(0))
