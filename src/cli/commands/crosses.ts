import { loadConfig, proposeCrosses } from '../../pipeline/index.js'
import type { ProposeResult } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { countOption, textOption } from '../command.js'
import { countText, metricText, textTable } from '../table.js'
import { createTrainingView } from '../training-view.js'

export const command: CliCommand = {
  options: [
    ['--config <file>', 'config file (default: widedeep.config.ts)'],
    ['--bundle <dir>', 'the current model (default: trains one)'],
    ['--top <n>', 'most crosses proposed (default: 10)'],
    ['--max-values <n>', 'leave out columns with more values (default: 10000)'],
    ['--min-count <n>', 'rows that a tuple needs to get a weight (default: 10)'],
  ],
  example: 'npx widedeep crosses --bundle models/frappe --config examples/frappe/widedeep.config.ts',
  async run(options, output) {
    const loaded = await loadConfig(textOption(options, 'config', undefined))
    const result = await proposeCrosses(loaded, {
      bundle: textOption(options, 'bundle', undefined),
      top: countOption(options, 'top', { fallback: 10 }),
      maxValues: countOption(options, 'maxValues', { fallback: 10_000 }),
      minCount: countOption(options, 'minCount', { fallback: 10 }),
      warn: output.warn,
      onProgress: output.progress,
      onEvent: createTrainingView(output),
    })
    output.result(result, proposalText(result))
  },
}

function proposalText(result: ProposeResult): string {
  const { rows, pairs, skipped, proposed, next, logLoss } = result
  const lines = [
    `${countText(pairs)} pairs tried on ${countText(rows.training)} training and ${countText(rows.validation)} validation rows in ${result.searchSeconds.toFixed(1)} s`,
    ...skipped.map(({ name, reason }) => `left out: ${name} (${reason})`),
    '',
  ]
  if (proposed.length > 0) {
    lines.push(
      textTable(
        ['#', ...gainHeader],
        proposed.map((cross, index) => [String(index + 1), ...gainCells(cross)]),
      ),
      '',
      textTable(['#', 'strongest tuples', 'adds to the logit', 'rows', 'of the gain'], strongestRows(proposed)),
      '',
      `log loss of the validation rows: ${metricText(logLoss.model)} of the model, ${metricText(logLoss.before)} with more of its single columns, ${metricText(logLoss.after)} with these crosses;`,
      'a model trained with them will differ',
      '',
      'into model.wide, beside what is there:',
      `  ${result.config ?? ''}`,
    )
  } else lines.push('no cross is proposed: the interval of every gain holds 0')
  if (next) lines.push('', 'the best pair that is not proposed:', textTable(gainHeader, [gainCells(next)]))
  return lines.join('\n')
}

const gainHeader = ['cross', 'tuples', 'gain in log loss', 'coverage', 'weights from']

function gainCells({ features, tuples, gain, high, coverage, estimate }: NonNullable<ProposeResult['next']>): string[] {
  return [
    features.join(' × '),
    countText(tuples),
    `${gain.toFixed(5)} ± ${(high - gain).toFixed(5)}`,
    `${(100 * coverage).toFixed(1)}%`,
    estimate === 'all' ? 'training and validation' : 'validation',
  ]
}

function strongestRows(proposed: ProposeResult['proposed']): string[][] {
  return proposed.flatMap(({ features, gain, strongest }, index) =>
    strongest
      .slice(0, 3)
      .map((tuple) => [
        String(index + 1),
        tuple.values.map((value, side) => `${features[side] ?? ''}=${value}`).join(' & '),
        `${tuple.weight < 0 ? '−' : '+'}${Math.abs(tuple.weight).toFixed(2)}`,
        countText(tuple.rows),
        `${((100 * tuple.gain) / gain).toFixed(0)}%`,
      ]),
  )
}
