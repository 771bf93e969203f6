import { atomicWriteFile, exitCodes } from '../../base/index.js'
import type { GateResult } from '../../pipeline/index.js'
import { gateModels, gateVersion, loadConfig } from '../../pipeline/index.js'
import { openRegistry, registryDirectory } from '../../registry/index.js'
import { versionNamed } from '../bundle-option.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'
import { optionInvalid } from '../errors.js'
import { gateText } from '../gate-text.js'
import type { Output } from '../output.js'
import { registryOption } from '../registry-options.js'

export const command: CliCommand = {
  options: [
    [
      '--challenger <dir>',
      'the bundle on trial, or models: and a version or alias, and then the registry keeps the verdict',
    ],
    [
      '--champion <dir>',
      'the bundle that serves, or models:… (default: the champion where the challenger is of a registry; else nothing is compared)',
    ],
    ['--config <file>', 'config file with the data and the limits (default: widedeep.config.ts)'],
    ['--split <name>', 'split of the data: test (default when there is one), validation or train'],
    ['--data <files...>', 'labelled files with the columns of the config, instead of a split'],
    ['--out <file>', 'write the verdict as JSON'],
    ['--by <name>', 'who, for the journal of the registry (default: the user of the operating system)'],
    registryOption,
  ],
  example: 'npx widedeep gate --challenger models:challenger',
  async run(options, output) {
    const files = options['data'] as string[] | undefined
    const configFile = textOption(options, 'config', undefined)
    const rows = {
      files,
      split: textOption(options, 'split', undefined),
      loaded: files && configFile === undefined ? undefined : await loadConfig(configFile),
    }
    const { result, kept } = await judgedAs(options, rows, output)
    for (const warning of result.warnings) output.warn(warning)
    const out = textOption(options, 'out', undefined)
    if (out !== undefined) atomicWriteFile(out, `${JSON.stringify(result, null, 2)}\n`)
    output.result(result, kept === null ? gateText(result) : `${gateText(result)}\n\nkept in the registry: ${kept}`)
    return result.verdict === 'NOT_BLESSED' ? exitCodes.notBlessed : 0
  },
}

type Rows = Omit<Parameters<typeof gateModels>[0], 'challenger' | 'champion'>

interface Judged {
  readonly result: GateResult
  /** What the registry keeps of it. */
  readonly kept: string | null
}

/** Judges versions of a registry, which keeps the verdict, or bundles that lie anywhere. */
async function judgedAs(options: Readonly<Record<string, unknown>>, rows: Rows, output: Output): Promise<Judged> {
  const named = textOption(options, 'registry', undefined)
  const challenger = textOption(options, 'challenger', undefined)
  if (challenger === undefined)
    throw optionInvalid({
      option: 'challenger',
      expected: 'a bundle directory, or models: and a version',
      got: 'nothing',
    })
  const champion = textOption(options, 'champion', undefined)
  const [tried, serving] = [versionNamed(challenger, named), versionNamed(champion, named)]
  if (tried && (serving !== null || champion === undefined)) {
    const registry = openRegistry(registryDirectory(named))
    const against = serving?.version ?? registry.state().aliases['champion']?.version ?? null
    const by = textOption(options, 'by', undefined)
    const result = await gateVersion({ ...rows, registry, version: tried.version, champion: against, by })
    const over = against === null ? 'no champion' : `version ${String(against)}`
    return { result, kept: `version ${String(tried.version)} against ${over}` }
  }
  if (tried) output.warn('the registry keeps no verdict: the champion is not of it; name it as models: and a version')
  const bundles = { challenger: tried?.directory ?? challenger, champion: serving?.directory ?? champion }
  return { result: await gateModels({ ...rows, ...bundles }), kept: null }
}
