import { promoteVersion } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'
import { changeText } from '../models-text.js'
import { accountable, argumentsOf, authorOptions, registryOption, versionNumber } from '../registry-options.js'

export const command: CliCommand = {
  arguments: { version: 'number or alias' },
  options: [
    registryOption,
    ...authorOptions,
    ['--force', 'without a blessing; the journal and models ls show it'],
    ['--over <version>', 'only over this champion, none for no champion (default: the one of now)'],
  ],
  example: 'npx widedeep promote challenger --reason "better for new users, ticket 12"',
  async run(options, output) {
    const [version = ''] = argumentsOf(options, ['version'])
    const over = textOption(options, 'over', undefined)
    const result = await promoteVersion({
      version,
      registry: textOption(options, 'registry', undefined),
      ...accountable(options),
      isForced: options['force'] === true,
      expected: over === undefined ? undefined : over === 'none' ? null : versionNumber(over),
    })
    const { p50Ms, p99Ms } = result.dryRun
    const { state: _state, ...entry } = result.entry
    output.result(
      { ...result, entry },
      `${changeText(entry.change)}; dry run passed, p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}`,
    )
  },
}

const milliseconds = (value: number | null): string => `${value?.toFixed(2) ?? '–'} ms`
