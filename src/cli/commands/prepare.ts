import { loadConfig, prepareData } from '../../pipeline/index.js'
import type { PreparedSummary } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'
import { attributionText } from '../attribution-text.js'
import { countText } from '../table.js'

export const command: CliCommand = {
  options: [
    ['--config <file>', 'config file (default: widedeep.config.ts)'],
    ['--out <dir>', 'directory of the prepared data (default: .widedeep/prepared beside the config)'],
    ['--full', 'from the beginning, although a new day could extend what is there'],
  ],
  example: 'npx widedeep prepare --config examples/frappe/widedeep.config.ts',
  async run(options, output) {
    const loaded = await loadConfig(textOption(options, 'config', undefined))
    const out = textOption(options, 'out', undefined)
    const full = options['full'] === true
    const prepared = await prepareData(loaded, { out, full, onProgress: output.progress })
    for (const warning of prepared.warnings) output.warn(warning)
    const rows = Object.entries(prepared.rows).map(([split, count]) => `${split} ${countText(count)}`)
    const join = prepared.attribution ? `${attributionText(prepared.attribution)}\n` : ''
    output.result(prepared, `${join}${howText(prepared)}: ${rows.join(', ')} rows in ${prepared.directory}`)
  },
}

/** What was done, and of an extension what was read. */
function howText({ isUnchanged, extension, fromTheBeginning }: PreparedSummary): string {
  if (isUnchanged) return 'nothing changed since the last time, nothing was done'
  if (fromTheBeginning !== undefined) return `prepared from the beginning (${fromTheBeginning})`
  if (!extension) return 'prepared'
  const { files, rows, finalRows } = extension
  return `read ${countText(files)} new files, ${countText(rows)} rows; ${countText(finalRows)} rows of earlier days are kept as they are
prepared`
}
