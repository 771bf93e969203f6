import { recommendItems } from '../../pipeline/index.js'
import type { RecommendResult } from '../../pipeline/index.js'
import { bundleOption } from '../bundle-option.js'
import type { CliCommand } from '../command.js'
import { countOption, objectOption, textOption } from '../command.js'
import { optionInvalid } from '../errors.js'
import { newestBundle } from '../newest-bundle.js'
import { bar, textTable } from '../table.js'

export const command: CliCommand = {
  options: [
    ['--user <key>', 'the user, by key'],
    ['--bundle <dir>', 'the bundle, or models:<version or alias> (default: the newest in runs/)'],
    ['-k <n>', 'how many items (default: 10)'],
    ['--context <json>', 'context features, for example \'{"hour": 20}\''],
    ['--features <json>', 'user features, for a new user or instead of the stored ones'],
    ['--seen', 'keep items that the user acted on in training'],
  ],
  example: 'npx widedeep recommend --user 196 -k 10',
  async run(options, output) {
    const user = textOption(options, 'user', undefined)
    if (user === undefined) throw optionInvalid({ option: 'user', expected: 'the key of a user', got: 'nothing' })
    const result = await recommendItems({
      bundle: bundleOption(options) ?? newestBundle(),
      user,
      k: countOption(options, 'k', { fallback: 10 }),
      context: objectOption(options, 'context'),
      features: objectOption(options, 'features'),
      keepSeen: options['seen'] === true,
    })
    output.result(result, recommendationText(result))
  },
}

/** A ranked list as a table with bars. */
export function recommendationText(result: RecommendResult): string {
  const best = result.items[0]?.score ?? 1
  const rows = result.items.map(({ rank, item, title, score }) => [
    String(rank),
    title ?? item,
    score.toFixed(4),
    bar(score / best, 16),
  ])
  return [`for user ${result.user}:`, '', textTable(['#', 'item', 'score', ''], rows)].join('\n')
}
