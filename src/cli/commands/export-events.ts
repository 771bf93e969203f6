import { exportEvents, loadConfig } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'
import { countText, textTable } from '../table.js'

export const command: CliCommand = {
  options: [
    ['--config <file>', 'config whose column names are written (default: widedeep.config.ts)'],
    ['--state <dir>', 'state of the server (default: .widedeep/serving)'],
    ['--out <dir>', 'where impressions/ and actions/ go (default: logs)'],
    ['--all', 'also today, and days that are written already'],
  ],
  example: 'npx widedeep export-events --out logs && npx widedeep prepare',
  async run(options, output) {
    const { config } = await loadConfig(textOption(options, 'config', undefined))
    const result = await exportEvents({
      config,
      state: textOption(options, 'state', '.widedeep/serving'),
      out: textOption(options, 'out', 'logs'),
      isAll: options['all'] === true,
    })
    const rows = result.days.map(({ day, impressions, actions }) => [day, countText(impressions), countText(actions)])
    const text = textTable(['day', 'impressions', 'actions'], rows)
    output.result(
      result,
      rows.length > 0 ? `${text}\n\nin ${result.out}` : 'no new day is over; --all takes this one too',
    )
  },
}
