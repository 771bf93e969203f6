import { exitCodes } from '../../base/index.js'
import { dryRun as tryBundle } from '../../registry/index.js'
import type { DryRunResult } from '../../registry/index.js'
import { bundleOption } from '../bundle-option.js'
import type { CliCommand } from '../command.js'
import { countOption } from '../command.js'
import { newestBundle } from '../newest-bundle.js'

export const command: CliCommand = {
  options: [
    ['--bundle <dir>', 'the bundle, or models:<version or alias> (default: the newest in runs/)'],
    ['--deadline <ms>', 'from start to last answer (default: 120000)'],
    ['--memory <mb>', 'most memory of the process (default: 1074 and four times the files)'],
  ],
  example: 'npx widedeep dry-run --bundle models:challenger',
  async run(options, output) {
    const megabytes = countOption(options, 'memory', { fallback: undefined })
    const result = await tryBundle(bundleOption(options) ?? newestBundle(), {
      deadlineMs: countOption(options, 'deadline', { fallback: undefined }),
      memoryLimitBytes: megabytes === undefined ? undefined : megabytes * 1e6,
    })
    output.result(result, dryRunText(result))
    return result.verdict === 'PASSED' ? 0 : exitCodes.notBlessed
  },
}

function dryRunText({ verdict, reasons, requests, largestDifference, ...measured }: DryRunResult): string {
  const lines = [verdict, ...reasons.map((reason) => `  ${reason}`)]
  if (measured.loadMs === null) return lines.join('\n')
  return [
    ...lines,
    `${String(requests)} golden requests, at most ${largestDifference?.toExponential(1) ?? '–'} from the trainer's scores`,
    `loaded in ${measured.loadMs.toFixed(0)} ms; one request p50 ${measured.p50Ms?.toFixed(2) ?? '–'} ms, p99 ${measured.p99Ms?.toFixed(2) ?? '–'} ms`,
    `memory ${((measured.peakBytes ?? 0) / 1e6).toFixed(0)} MB at the peak, ${(measured.memoryLimitBytes / 1e6).toFixed(0)} MB allowed`,
  ].join('\n')
}
