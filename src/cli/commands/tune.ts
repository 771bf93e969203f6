import { loadConfig, tuneModel } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { countOption, textOption } from '../command.js'
import { stopOnSignal } from '../stop-signal.js'
import { createTuneView, tuneSummary } from '../tune-view.js'

export const command: CliCommand = {
  options: [
    ['--config <file>', 'config file (default: widedeep.config.ts)'],
    ['--out <dir>', 'directory of the search; one that is there goes on (default: runs/tune)'],
    ['--trials <n>', "most settings tried instead of the config's (default: 30)"],
    ['--workers <n>', 'trials trained at once, each in a process with its share of the threads (default: 1)'],
  ],
  example: 'npx widedeep tune --config examples/adult/widedeep.config.ts --out runs/adult-tune --workers 2',
  async run(options, output) {
    const stop = stopOnSignal(output)
    try {
      const loaded = await loadConfig(textOption(options, 'config', 'widedeep.config.ts'))
      const result = await tuneModel(loaded, {
        out: textOption(options, 'out', 'runs/tune'),
        trials: countOption(options, 'trials', { fallback: undefined }),
        workers: countOption(options, 'workers', { fallback: undefined }),
        signal: stop.signal,
        warn: output.warn,
        onProgress: output.progress,
        onEvent: createTuneView(output),
      })
      output.result(result, tuneSummary(result))
    } finally {
      stop.end()
    }
  },
}
