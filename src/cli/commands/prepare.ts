import { loadConfig, prepareData } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'
import { attributionText } from '../attribution-text.js'
import { countText } from '../table.js'

export const prepare: CliCommand = {
  name: 'prepare',
  summary: 'read the data, learn vocabularies and boundaries, write encoded examples',
  options: [
    ['--config <file>', 'config file (default: widedeep.config.ts)'],
    ['--out <dir>', 'directory of the prepared data (default: .widedeep/prepared beside the config)'],
  ],
  example: 'npx widedeep prepare --config examples/frappe/widedeep.config.ts',
  async run(options, output) {
    const loaded = await loadConfig(textOption(options, 'config', undefined))
    const out = textOption(options, 'out', undefined)
    const prepared = await prepareData(loaded, { out, onProgress: output.progress })
    for (const warning of prepared.warnings) output.warn(warning)
    const rows = Object.entries(prepared.rows).map(([split, count]) => `${split} ${countText(count)}`)
    const how = prepared.isUnchanged ? 'nothing changed since the last time, nothing was done' : 'prepared'
    const join = prepared.attribution ? `${attributionText(prepared.attribution)}\n` : ''
    output.result(prepared, `${join}${how}: ${rows.join(', ')} rows in ${prepared.directory}`)
  },
}
