import { openRegistry, registryDirectory } from '../../registry/index.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'
import { changeText } from '../models-text.js'
import { accountable, authorOptions, registryOption } from '../registry-options.js'

export const command: CliCommand = {
  options: [registryOption, ...authorOptions],
  example: 'npx widedeep rollback --reason "clicks fell by a tenth since noon"',
  async run(options, output) {
    const registry = openRegistry(registryDirectory(textOption(options, 'registry', undefined)))
    const { state: _state, ...entry } = await registry.rollback(accountable(options))
    output.result({ entry }, changeText(entry.change))
  },
}
