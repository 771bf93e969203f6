import { evaluateBundle, loadConfig } from '../../pipeline/index.js'
import type { EvaluateResult } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { countOption, textOption } from '../command.js'
import { optionInvalid } from '../errors.js'
import { countText, metricText, textTable } from '../table.js'

export const evaluate: CliCommand = {
  name: 'evaluate',
  summary: 'score a bundle, loaded from disk, on a split or on any labelled files',
  options: [
    ['--bundle <dir>', 'the bundle to evaluate'],
    ['--config <file>', 'config file, for its prepared splits (default: widedeep.config.ts)'],
    ['--split <name>', 'split of the prepared data: test (default when there is one), validation or train'],
    ['--data <files...>', 'labelled files with the columns of the config, instead of a split'],
    ['--ranking', 'rank all items for each user of the split as well: ndcg@k, recall@k, map@k, mrr'],
    ['-k <n>', 'length of the ranked lists (default: 10)'],
  ],
  example: 'npx widedeep evaluate --bundle runs/…/bundle --data held-out.csv',
  async run(options, output) {
    const bundle = textOption(options, 'bundle', undefined)
    if (bundle === undefined) throw optionInvalid({ option: 'bundle', expected: 'a bundle directory', got: 'nothing' })
    const files = options['data'] as string[] | undefined
    const configFile = textOption(options, 'config', undefined)
    const result = await evaluateBundle({
      bundle,
      files,
      split: textOption(options, 'split', undefined),
      loaded: files && configFile === undefined ? undefined : await loadConfig(configFile),
      isRanking: options['ranking'] === true,
      k: countOption(options, 'k', { fallback: 10 }),
      onProgress: output.progress,
    })
    for (const warning of result.warnings) output.warn(warning)
    output.result(result, evaluationText(result))
  },
}

/** An evaluation as a table with a line on how to read each metric. */
export function evaluationText(result: EvaluateResult): string {
  const rows = Object.entries(result.metrics).map(([name, value]) => [
    name,
    metricText(value),
    result.descriptions[name] ?? '',
  ])
  return [
    `${countText(result.rows)} rows of ${result.source}`,
    '',
    textTable(['metric', 'value', 'how to read it'], rows),
  ].join('\n')
}
