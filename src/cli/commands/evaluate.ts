import { atomicWriteFile } from '../../base/index.js'
import { evaluateBundle, loadConfig } from '../../pipeline/index.js'
import type { EvaluateOptions, EvaluateResult } from '../../pipeline/index.js'
import { bundleOption } from '../bundle-option.js'
import type { CliCommand } from '../command.js'
import { countOption, textOption } from '../command.js'
import { optionInvalid } from '../errors.js'
import { recallText } from '../recall-text.js'
import { reliabilitySvg } from '../reliability-svg.js'
import { reliabilityText } from '../reliability-text.js'
import { countText, metricText, textTable } from '../table.js'

export const command: CliCommand = {
  options: [
    ['--bundle <dir>', 'the bundle to evaluate, or models:<version or alias>'],
    ['--config <file>', 'config file, for its prepared splits (default: widedeep.config.ts)'],
    ['--split <name>', 'split of the prepared data: test (default when there is one), validation or train'],
    ['--data <files...>', 'labelled files with the columns of the config, instead of a split'],
    ['--ranking', 'rank all items for each user of the split as well: ndcg@k, recall@k, map@k, mrr'],
    ['-k <n>', 'length of the ranked lists (default: 10)'],
    ['--reliability', 'promised beside what happened, in bins of the score'],
    ['--by <column>', 'the same for each value of a column (implies --reliability)'],
    ['--bins <n>', 'bins of the reliability diagram (default: 10)'],
    ['--min-rows <n>', 'leave out values of --by with fewer rows (default: 100)'],
    ['--plot <file>', 'write the reliability diagram as SVG (implies --reliability)'],
  ],
  example: 'npx widedeep evaluate --bundle runs/…/bundle --data held-out.csv',
  async run(options, output) {
    const bundle = bundleOption(options)
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
      reliability: reliabilityOptions(options),
      onProgress: output.progress,
    })
    for (const warning of result.warnings) output.warn(warning)
    const plot = textOption(options, 'plot', undefined)
    if (plot !== undefined && result.reliability) atomicWriteFile(plot, reliabilitySvg(result.reliability, result))
    output.result(result, evaluationText(result))
  },
}

/** What of reliability is asked for; any option about it asks for it. */
function reliabilityOptions(options: Readonly<Record<string, unknown>>): EvaluateOptions['reliability'] {
  if (!['reliability', 'by', 'plot'].some((name) => options[name] !== undefined)) return undefined
  return {
    by: textOption(options, 'by', undefined),
    bins: countOption(options, 'bins', { fallback: undefined }),
    minimumRows: countOption(options, 'minRows', { fallback: undefined }),
  }
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
    ...(result.retrieval ? ['', recallText(result.retrieval)] : []),
    ...(result.reliability ? ['', reliabilityText(result.reliability)] : []),
  ].join('\n')
}
