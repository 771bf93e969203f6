import { exportToMlflow } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'
import { optionInvalid } from '../errors.js'
import { argumentsOf, registryOption } from '../registry-options.js'
import { countText } from '../table.js'

export const command: CliCommand = {
  arguments: { version: 'number or alias' },
  options: [
    ['--server <url>', 'the tracking server (default: MLFLOW_TRACKING_URI)'],
    ['--experiment <name>', 'the experiment; made where it is not there (default: widedeep)'],
    registryOption,
  ],
  example: 'npx widedeep export-mlflow champion --server http://127.0.0.1:5000',
  async run(options, output) {
    const [version = ''] = argumentsOf(options, ['version'])
    const server = textOption(options, 'server', process.env['MLFLOW_TRACKING_URI'])
    if (server === undefined || !/^https?:/.test(server))
      throw optionInvalid({ option: 'server', expected: 'the address of an MLflow server', got: server ?? 'nothing' })
    const result = await exportToMlflow({
      version,
      server,
      experiment: textOption(options, 'experiment', undefined),
      registry: textOption(options, 'registry', undefined),
    })
    const sent = `${countText(result.metrics)} metrics, ${countText(result.parameters)} parameters, ${countText(result.files)} files`
    const what = result.isUnchanged ? 'was exported before as' : `${sent} in`
    output.result(result, `version ${String(result.version)}: ${what} run ${result.runId}`)
  },
}
