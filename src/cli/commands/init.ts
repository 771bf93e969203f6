import { writeStarterConfig } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'

export const command: CliCommand = {
  options: [['--config <file>', 'where to write it (default: widedeep.config.ts)']],
  run(options, output) {
    const path = writeStarterConfig(textOption(options, 'config', 'widedeep.config.ts'))
    output.result({ config: path }, `wrote ${path}; name your files and columns in it, then run: npx widedeep train`)
    return Promise.resolve()
  },
}
