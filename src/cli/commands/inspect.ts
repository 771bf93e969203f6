import { inspectBundle } from '../../pipeline/index.js'
import type { InspectResult } from '../../pipeline/index.js'
import { bundleOption } from '../bundle-option.js'
import type { CliCommand } from '../command.js'
import { crossesText } from '../cross-text.js'
import { newestBundle } from '../newest-bundle.js'
import { countText, textTable } from '../table.js'

export const command: CliCommand = {
  options: [['--bundle <dir>', 'the bundle, or models:<version or alias> (default: the newest in runs/)']],
  async run(options, output) {
    const result = await inspectBundle(bundleOption(options) ?? newestBundle())
    const columns = result.columns.map(({ name, kind, size }) => [name, kind, countText(size)])
    const tables = result.tables.map(({ name, rowCount, dimension, nonZeroRows }) => [
      name,
      countText(rowCount),
      String(dimension),
      countText(nonZeroRows),
    ])
    output.result(
      result,
      [
        `bundle ${result.bundle}: ${result.head} head, ${countText(result.parameterCount)} parameters, ${(result.sizeBytes / 1e6).toFixed(1)} MB`,
        ...workText(result),
        '',
        textTable(['column', 'yields', 'ids or numbers'], columns),
        '',
        textTable(['table', 'rows', 'dimension', 'rows not zero'], tables),
        ...crossesText(result.crosses),
      ].join('\n'),
    )
  },
}

/** What ranking computes of a candidate's multiplications, and how often. */
function workText({ multiplications }: InspectResult): string[] {
  if (!multiplications || multiplications.plain === 0) return []
  const { plain, item, request, pair } = multiplications
  const share = (count: number): string => `${((100 * count) / plain).toFixed(1)} %`
  return [
    `a candidate: ${countText(plain)} multiplications, ${share(item)} once an item, ${share(request)} once a request, ${share(pair)} each time`,
  ]
}
