import { calibrateBundle, loadConfig } from '../../pipeline/index.js'
import { calibrationTable } from '../calibration-table.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'
import { optionInvalid } from '../errors.js'
import { countText } from '../table.js'

export const command: CliCommand = {
  options: [
    ['--bundle <dir>', 'the bundle to calibrate'],
    ['--out <dir>', 'where the calibrated bundle goes; must not be there yet'],
    ['--method <name>', 'platt or isotonic (default: platt)'],
    ['--data <files...>', 'labelled files that training has not seen, instead of a split'],
    ['--config <file>', 'config file, for its prepared splits (default: widedeep.config.ts)'],
    ['--split <name>', 'split of the prepared data (default: validation)'],
  ],
  example: 'npx widedeep calibrate --bundle model --data last-week.csv --out model-calibrated',
  async run(options, output) {
    const configFile = textOption(options, 'config', undefined)
    const files = options['data'] as string[] | undefined
    const result = await calibrateBundle({
      bundle: directoryOption(options, 'bundle'),
      out: directoryOption(options, 'out'),
      method: textOption(options, 'method', 'platt'),
      files,
      split: textOption(options, 'split', undefined),
      loaded: files && configFile === undefined ? undefined : await loadConfig(configFile),
      onProgress: output.progress,
    })
    for (const warning of result.warnings) output.warn(warning)
    const lines = [`${countText(result.rows)} rows of ${result.source}`, '', calibrationTable('metric', result)]
    output.result(result, [...lines, '', `bundle: ${result.bundle}`].join('\n'))
  },
}

function directoryOption(options: Readonly<Record<string, unknown>>, name: string): string {
  const value = textOption(options, name, undefined)
  if (value === undefined) throw optionInvalid({ option: name, expected: 'a directory', got: 'nothing' })
  return value
}
