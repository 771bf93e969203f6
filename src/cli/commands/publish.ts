import { publishBundle } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'
import { optionInvalid } from '../errors.js'
import { newestBundle } from '../newest-bundle.js'
import { authorOf, authorOptions, registryOption, tagsOf } from '../registry-options.js'

export const command: CliCommand = {
  options: [
    ['--bundle <dir>', 'the bundle (default: the newest in runs/)'],
    registryOption,
    ['--alias <name>', 'an alias to point at it, such as challenger'],
    ['--tag <key=value...>', 'tags'],
    ['--parent <version>', 'the version that training started from'],
    ['--code <text>', 'which code it was, a commit for example (default: the release of widedeep)'],
    ...authorOptions,
  ],
  example: 'npx widedeep publish --bundle runs/…/bundle --alias challenger',
  async run(options, output) {
    const result = await publishBundle({
      bundle: textOption(options, 'bundle', undefined) ?? newestBundle(),
      registry: textOption(options, 'registry', undefined),
      alias: textOption(options, 'alias', undefined),
      parent: textOption(options, 'parent', undefined),
      code: textOption(options, 'code', undefined),
      tags: tagOptions(options),
      ...authorOf(options),
    })
    output.result(result, `version ${String(result.version)} in ${result.directory}`)
  },
}

function tagOptions(options: Readonly<Record<string, unknown>>): Record<string, string> | undefined {
  const texts = options['tag'] as string[] | undefined
  if (!texts) return undefined
  const tags = Object.entries(tagsOf(texts)).map(([name, value]) => {
    if (value === null) throw optionInvalid({ option: 'tag', expected: 'key=value', got: name })
    return [name, value]
  })
  return Object.fromEntries(tags) as Record<string, string>
}
