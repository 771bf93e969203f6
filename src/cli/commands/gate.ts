import { atomicWriteFile, exitCodes } from '../../base/index.js'
import { gateModels, loadConfig } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'
import { optionInvalid } from '../errors.js'
import { gateText } from '../gate-text.js'

export const command: CliCommand = {
  options: [
    ['--challenger <dir>', 'the bundle on trial'],
    ['--champion <dir>', 'the bundle that serves (default: none, and then nothing is compared)'],
    ['--config <file>', 'config file with the data and the limits (default: widedeep.config.ts)'],
    ['--split <name>', 'split of the data: test (default when there is one), validation or train'],
    ['--data <files...>', 'labelled files with the columns of the config, instead of a split'],
    ['--out <file>', 'write the verdict as JSON'],
  ],
  example: 'npx widedeep gate --champion models/today --challenger models/tomorrow --data held-out.csv',
  async run(options, output) {
    const challenger = textOption(options, 'challenger', undefined)
    if (challenger === undefined)
      throw optionInvalid({ option: 'challenger', expected: 'a bundle directory', got: 'nothing' })
    const files = options['data'] as string[] | undefined
    const configFile = textOption(options, 'config', undefined)
    const result = await gateModels({
      challenger,
      champion: textOption(options, 'champion', undefined),
      files,
      split: textOption(options, 'split', undefined),
      loaded: files && configFile === undefined ? undefined : await loadConfig(configFile),
    })
    for (const warning of result.warnings) output.warn(warning)
    const out = textOption(options, 'out', undefined)
    if (out !== undefined) atomicWriteFile(out, `${JSON.stringify(result, null, 2)}\n`)
    output.result(result, gateText(result))
    return result.verdict === 'NOT_BLESSED' ? exitCodes.notBlessed : 0
  },
}
