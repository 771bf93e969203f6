import { diffVersions, listVersions, openRegistry, registryDirectory, showVersion } from '../../registry/index.js'
import type { Registry } from '../../registry/index.js'
import type { CliCommand } from '../command.js'
import { countOption, textOption } from '../command.js'
import { argumentInvalid } from '../errors.js'
import { detailsText, differenceText, listText, logText } from '../models-text.js'
import type { Output } from '../output.js'
import { argumentsOf, authorOf, authorOptions, registryOption, tagsOf, versionNumber } from '../registry-options.js'

type Options = Readonly<Record<string, unknown>>
type Action = (options: Options, output: Output) => Promise<void> | void

const registryOf = (options: Options): Registry =>
  openRegistry(registryDirectory(textOption(options, 'registry', undefined)))

const actions: Readonly<Record<string, Action>> = {
  async ls(options, output) {
    const list = await listVersions(registryOf(options))
    output.result(list, listText(list))
  },
  async show(options, output) {
    const [, version = ''] = argumentsOf(options, ['action', 'version'])
    const details = await showVersion(registryOf(options), version)
    output.result(details, detailsText(details))
  },
  async diff(options, output) {
    const [, first = '', second = ''] = argumentsOf(options, ['action', 'first version', 'second version'])
    const difference = await diffVersions(registryOf(options), [first, second])
    output.result(difference, differenceText(difference))
  },
  alias(options, output) {
    const [, alias = '', asked] = argumentsOf(options, ['action', 'alias'])
    const registry = registryOf(options)
    const version = asked === undefined ? null : registry.resolve(asked).version
    registry.setAlias(alias, version, authorOf(options))
    output.result(
      { alias, version },
      version === null ? `took ${alias} away` : `${alias} is version ${String(version)}`,
    )
  },
  tag(options, output) {
    const [, asked = '', ...texts] = argumentsOf(options, ['action', 'version', 'tag'])
    const registry = registryOf(options)
    const { version } = registry.resolve(asked)
    registry.tag(version, tagsOf(texts), authorOf(options))
    const tags = registry.state().versions[String(version)]?.tags ?? {}
    output.result({ version, tags }, `tags of version ${String(version)}: ${JSON.stringify(tags)}`)
  },
  log(options, output) {
    const entries = registryOf(options).entries()
    const plain = entries.map(({ state: _state, ...entry }) => entry)
    output.result({ entries: plain }, logText(entries))
  },
  rm(options, output) {
    const [, ...texts] = options['arguments'] as string[]
    const registry = registryOf(options)
    const keep = countOption(options, 'keep', { fallback: undefined })
    const versions = keep === undefined ? argumentsOf(options, ['action', 'version']).slice(1).map(versionNumber) : null
    if (keep !== undefined && texts.length > 0)
      throw argumentInvalid({ argument: 'version', expected: 'left out beside --keep', got: texts.join(' ') })
    if (versions) registry.remove(versions, authorOf(options))
    const removed = versions ?? registry.retain(keep ?? 1, authorOf(options))
    output.result({ removed }, removed.length === 0 ? 'nothing to remove' : `removed ${removed.join(', ')}`)
  },
}

export const command: CliCommand = {
  arguments: {
    action: Object.keys(actions).join(', '),
    names:
      'show <version>; diff <version> <version>; alias <name> [version]; tag <version> <key=value...>; rm <version...>',
  },
  options: [
    registryOption,
    ['--keep <n>', 'rm: all but the newest n, those with an alias, and where a rollback would lead'],
    ...authorOptions,
  ],
  example: 'npx widedeep models ls',
  async run(options, output) {
    const [name = ''] = argumentsOf(options, ['action'])
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined
    if (!action) throw argumentInvalid({ argument: 'action', expected: Object.keys(actions).join(', '), got: name })
    await action(options, output)
  },
}
