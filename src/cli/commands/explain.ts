import { explainItem } from '../../pipeline/index.js'
import { bundleOption } from '../bundle-option.js'
import type { CliCommand } from '../command.js'
import { objectOption, textOption } from '../command.js'
import { optionInvalid } from '../errors.js'
import { explanationText } from '../explanation-text.js'
import { newestBundle } from '../newest-bundle.js'

export const command: CliCommand = {
  options: [
    ['--user <key>', 'the user, by key'],
    ['--item <key>', 'the item, by key'],
    ['--bundle <dir>', 'the bundle, or models:<version or alias> (default: the newest in runs/)'],
    ['--context <json>', 'context features, for example \'{"hour": 20}\''],
    ['--features <json>', 'user features, for a new user or instead of the stored ones'],
  ],
  example: 'npx widedeep explain --user 196 --item 50',
  async run(options, output) {
    const key = (option: string, what: string): string => {
      const given = textOption(options, option, undefined)
      if (given === undefined) throw optionInvalid({ option, expected: `the key of ${what}`, got: 'nothing' })
      return given
    }
    const result = await explainItem({
      user: key('user', 'a user'),
      item: key('item', 'an item'),
      bundle: bundleOption(options) ?? newestBundle(),
      context: objectOption(options, 'context'),
      features: objectOption(options, 'features'),
    })
    output.result(result, explanationText(result))
  },
}
