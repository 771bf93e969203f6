import { executionText, loadConfig, operationsText, trainBundle } from '../../pipeline/index.js'
import type { TrainResult } from '../../pipeline/index.js'
import type { Settings } from '../../space/index.js'
import type { CliCommand } from '../command.js'
import { countOption, settingsOption, textOption } from '../command.js'
import { calibrationTable } from '../calibration-table.js'
import { crossesLine } from '../cross-text.js'
import { stopOnSignal } from '../stop-signal.js'
import { countText, metricText, textTable } from '../table.js'
import { createTrainingView } from '../training-view.js'
import { warmStartText } from '../warm-start-text.js'

export const command: CliCommand = {
  options: [
    ['--config <file>', 'config file (default: widedeep.config.ts)'],
    ['--out <dir>', 'where the bundle goes (default: runs/<id>/bundle)'],
    ['--resume <run>', 'go on with a run that was stopped, by its directory'],
    ['--warm-start <bundle>', 'begin with the weights and optimizer state of an earlier bundle'],
    ['--seed <n>', "seed instead of the config's"],
    ['--epochs <n>', "most epochs instead of the config's"],
    ['--executor <name>', 'what runs the dense half: auto, onnxruntime or onednn (default: as configured, else auto)'],
    ['--precision <type>', 'of what matrix products read: float32 or bfloat16 (default: as configured, else float32)'],
    ['--part <part>', 'train one part only: wide, deep or both (default: as configured)'],
    ['--set <path=value...>', "settings instead of the config's: model.deep.dropout=0.2 'model.deep.hidden=[64,32]'"],
    ['--profile', "print where the time of a step goes, beside the bare graph's"],
  ],
  example: 'npx widedeep train --config examples/frappe/widedeep.config.ts --out /var/models/frappe',
  async run(options, output) {
    const config = textOption(options, 'config', 'widedeep.config.ts')
    const stop = stopOnSignal(output)
    try {
      const result = await trainBundle(await loadConfig(config), {
        out: textOption(options, 'out', undefined),
        resume: textOption(options, 'resume', undefined),
        warmStart: textOption(options, 'warmStart', undefined),
        seed: countOption(options, 'seed', { minimum: 0, fallback: undefined }),
        epochs: countOption(options, 'epochs', { fallback: undefined }),
        part: textOption(options, 'part', undefined),
        set: trainSettings(options),
        isProfiling: options['profile'] === true,
        signal: stop.signal,
        warn: output.warn,
        onProgress: output.progress,
        onEvent: createTrainingView(output),
      })
      output.result(result, summary(result))
    } finally {
      stop.end()
    }
  },
}

/** What is set, and the options that stand for a setting. */
function trainSettings(options: Readonly<Record<string, unknown>>): Settings | undefined {
  const named = ['executor', 'precision'].flatMap((name) => {
    const value = textOption(options, name, undefined)
    return value === undefined ? [] : [[`training.${name}`, value]]
  })
  const set = settingsOption(options, 'set')
  return named.length === 0 ? set : { ...set, ...(Object.fromEntries(named) as Settings) }
}

function summary(result: TrainResult): string {
  const lines = [
    ...(result.warmStart ? ['', warmStartText(result.warmStart)] : []),
    '',
    metricsTable(result),
    '',
    `${countText(result.examplesPerSecond)} examples/s; best epoch ${String(result.bestEpoch + 1)} of ${String(result.epochs.length)}`,
    executionText(result.execution),
    ...operationsText(result.operations),
    ...crossesLine(result.crosses),
    ...(result.retrieval ? [retrievalLine(result.retrieval)] : []),
    `bundle: ${result.bundle}`,
  ]
  if (result.profile) lines.splice(0, 0, '', profileText(result.profile))
  return lines.join('\n')
}

function retrievalLine({ items, users, positives, seconds }: NonNullable<TrainResult['retrieval']>): string {
  const what = `${countText(positives)} positives of ${countText(users)} users`
  return `retrieval: ${countText(items)} items from ${what}, ${seconds.toFixed(1)} s`
}

function metricsTable({ metrics, calibration }: TrainResult): string {
  if (calibration) return calibrationTable('validation', calibration)
  const rows = Object.entries(metrics).map(([name, value]) => [name, metricText(value)])
  return textTable(['validation', 'value'], rows)
}

function profileText(profile: NonNullable<TrainResult['profile']>): string {
  const rows = Object.entries(profile.shares).map(([phase, share]) => [phase, `${(100 * share).toFixed(1)}%`])
  return [
    textTable(['phase of a step', 'share'], rows),
    `whole step ${countText(profile.examplesPerSecond)} examples/s, bare graph ${countText(profile.graphExamplesPerSecond)} examples/s: ${(100 * profile.ratioToGraph).toFixed(1)}%`,
    ...(profile.products ? [productsText(profile.products)] : []),
  ].join('\n')
}

function productsText({ peak, graph, step }: NonNullable<NonNullable<TrainResult['profile']>['products']>): string {
  const gigaflops = (value: number): string => `${(value / 1e9).toFixed(1)} GFLOP/s`
  const share = (value: number): string => `${((100 * value) / peak).toFixed(1)}%`
  return `matrix products alone ${gigaflops(peak)}: of that the bare graph reaches ${share(graph)}, the whole step ${share(step)}`
}
