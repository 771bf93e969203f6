import { inferConfigFile } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'
import { optionInvalid } from '../errors.js'
import { countText, textTable } from '../table.js'

export const command: CliCommand = {
  options: [
    ['--data <files>', 'labelled rows or impressions: a path or a glob'],
    ['--actions <files>', 'an action log: the label is then an action that follows an impression'],
    ['--label <column>', 'the label (default: a column with the name of one)'],
    ['--delimiter <text>', 'between the cells of text files (default: a comma, a tab for .tsv)'],
    ['--config <file>', 'where to write it (default: widedeep.config.ts)'],
  ],
  example: "npx widedeep infer --data 'logs/*.csv'",
  async run(options, output) {
    const files = textOption(options, 'data', undefined)
    if (files === undefined)
      throw optionInvalid({ option: 'data', expected: 'a path or a glob of your rows', got: 'nothing' })
    const inferred = await inferConfigFile(textOption(options, 'config', 'widedeep.config.ts'), {
      files,
      actions: textOption(options, 'actions', undefined),
      label: textOption(options, 'label', undefined),
      delimiter: textOption(options, 'delimiter', undefined)?.replaceAll('\\t', '\t'),
    })
    const rows = inferred.columns.map(({ column, role, group }) => [
      column,
      role.kind === 'key' ? role.key : role.kind === 'feature' ? `${group ?? ''} feature` : role.kind,
      role.kind === 'feature' ? role.declaration : '',
      role.why,
    ])
    const table = textTable(['column', 'is', 'declared', 'because'], rows)
    output.result(
      inferred,
      `${countText(inferred.rows)} rows\n\n${table}\n\nwrote ${inferred.path}; look it through, then run: npx widedeep train`,
    )
  },
}
