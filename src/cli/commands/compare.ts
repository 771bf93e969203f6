import { compareModels, loadConfig } from '../../pipeline/index.js'
import type { CliCommand } from '../command.js'
import { countOption, textOption } from '../command.js'
import { comparisonText } from '../comparison-text.js'
import { createComparisonView } from '../comparison-view.js'
import { optionInvalid } from '../errors.js'
import { stopOnSignal } from '../stop-signal.js'

export const command: CliCommand = {
  options: [
    ['--config <file...>', 'config file or files (default: widedeep.config.ts)'],
    ['--seeds <n>', 'train each model with the seeds 1 to n (default: 5)'],
    [
      '--parts <list>',
      'wide, deep, joint, ensemble, configured (default: the first four; several configs as configured)',
    ],
    ['--metric <name>', 'metric of the verdicts (default: auc, or rmse)'],
    ['--split <name>', 'split to compare on: validation (default) or test'],
    ['--crosses [list]', 'also joint against ensemble with the first k crosses, such as 0,1,2,all'],
    ['--pairs <columns>', 'two features, such as user,item, to slice rows by (default: the first cross of two)'],
    ['--out <dir>', 'where finished runs are recorded and found again (default: runs/compare)'],
  ],
  example: 'npx widedeep compare --config examples/adult/widedeep.config.ts --seeds 5 --crosses 0,1,all',
  async run(options, output) {
    const files = (options['config'] as string[] | undefined) ?? ['widedeep.config.ts']
    const view = createComparisonView(output)
    const stop = stopOnSignal(output)
    try {
      const result = await compareModels(await Promise.all(files.map((file) => loadConfig(file))), {
        out: textOption(options, 'out', undefined),
        seedCount: countOption(options, 'seeds', { fallback: 5 }),
        parts: listOption(options, 'parts'),
        metric: textOption(options, 'metric', undefined),
        split: textOption(options, 'split', undefined),
        crosses: crossesOption(options),
        pairs: listOption(options, 'pairs'),
        signal: stop.signal,
        warn: output.warn,
        onProgress: output.progress,
        ...view,
      })
      output.result(result, comparisonText(result))
    } finally {
      stop.end()
    }
  },
}

function listOption(options: Readonly<Record<string, unknown>>, name: string): string[] | undefined {
  const words = textOption(options, name, undefined)?.split(',')
  return words?.map((word) => word.trim()).filter((word) => word !== '')
}

/** Without a list, the default ladder: an empty one. */
function crossesOption(options: Readonly<Record<string, unknown>>): (number | 'all')[] | undefined {
  if (options['crosses'] === true) return []
  return listOption(options, 'crosses')?.map((word) => {
    if (word === 'all') return word
    const count = Number(word)
    const expected = 'whole numbers of at least 0 or all, such as 0,1,2,all'
    if (!Number.isInteger(count) || count < 0) throw optionInvalid({ option: 'crosses', expected, got: word })
    return count
  })
}
