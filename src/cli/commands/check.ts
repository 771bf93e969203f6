import { exitCodes } from '../../base/index.js'
import { checkData, loadConfig } from '../../pipeline/index.js'
import { checkText } from '../check-text.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'

export const command: CliCommand = {
  options: [
    ['--config <file>', 'config file (default: widedeep.config.ts)'],
    ['--only <name...>', 'only these checks (default: all)'],
    ['--strict', 'exit with 3 when a check warns too, not only when one fails'],
  ],
  example: 'npx widedeep check --strict --config examples/adult/widedeep.config.ts',
  async run(options, output) {
    const loaded = await loadConfig(textOption(options, 'config', undefined))
    const report = await checkData(loaded, {
      only: options['only'] as readonly string[] | undefined,
      onProgress: output.progress,
    })
    output.result(report, checkText(report))
    const { FAIL, WARN } = report.verdicts
    const isRefused = FAIL > 0 || (options['strict'] === true && WARN > 0)
    return isRefused ? exitCodes.data : 0
  },
}
