import { exitCodes } from '../../base/index.js'
import { loadConfig, readReportText, retrain as runRetrain } from '../../pipeline/index.js'
import type { RetrainOutcome } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { countOption, textOption } from '../command.js'
import { registryOption } from '../registry-options.js'
import { stopOnSignal } from '../stop-signal.js'

export const command: CliCommand = {
  options: [
    ['--config <file>', 'config file (default: widedeep.config.ts)'],
    ['--out <dir>', 'where jobs and their reports are kept (default: .widedeep/retrain beside the config)'],
    registryOption,
    ['--by <name>', 'who, for the journal of the registry (default: the user of the system)'],
    ['--keep <count>', 'versions kept beside those with an alias (default: 10)'],
    ['--readmit', 'let in again what earlier jobs left out'],
  ],
  example: '30 3 * * * cd /srv/store && npx widedeep retrain >> retrain.log 2>&1',
  async run(options, output) {
    const loaded = await loadConfig(textOption(options, 'config', undefined))
    const stop = stopOnSignal(output)
    const result = await runRetrain(loaded, {
      out: textOption(options, 'out', undefined),
      registry: textOption(options, 'registry', undefined),
      by: textOption(options, 'by', undefined),
      keep: countOption(options, 'keep', { fallback: undefined }),
      isReadmitting: options['readmit'] === true,
      signal: stop.signal,
      onProgress: output.progress,
    }).finally(stop.end)
    const text = readReportText(result.directory)
    output.result(result, result.isUnchanged ? `nothing to do: this job has ended before\n${text}` : text)
    return exits[result.end.outcome]
  },
}

const exits: Readonly<Record<RetrainOutcome, number>> = {
  PROMOTED: 0,
  NOT_BLESSED: exitCodes.notBlessed,
  DRY_RUN_FAILED: exitCodes.notBlessed,
  DATA_REJECTED: exitCodes.data,
}
