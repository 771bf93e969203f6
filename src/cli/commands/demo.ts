import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { evaluateBundle, loadConfig, recommendItems, trainBundle } from '../../pipeline/index.js'
import type { LoadedConfig } from '../../pipeline/index.js'
import { simulate, simulatedConfig } from '../../simulator/index.js'
import { atomicWriteFile } from '../../base/index.js'
import type { CliCommand } from '../command.js'
import { textOption } from '../command.js'
import type { Output } from '../output.js'
import { countText } from '../table.js'
import { createTrainingView } from '../training-view.js'
import { evaluationText } from './evaluate.js'
import { recommendationText } from './recommend.js'

export const command: CliCommand = {
  options: [
    ['--data <dir>', 'directory that holds movielens-100k/ (default: WIDEDEEP_DATA, then ../shared/data)'],
    ['--user <key>', 'whom to recommend for (default: 196 on MovieLens, the first simulated user elsewhere)'],
  ],
  async run(options, output) {
    const { loaded, user } = await demoData(textOption(options, 'data', undefined), output)
    const trained = await trainBundle(loaded, {
      warn: output.warn,
      onProgress: output.progress,
      onEvent: createTrainingView(output),
    })
    output.line(`\ntrained at ${countText(trained.examplesPerSecond)} examples/s; bundle: ${trained.bundle}\n`)
    const evaluation = await evaluateBundle({
      bundle: trained.bundle,
      loaded,
      isRanking: true,
      onProgress: output.progress,
    })
    output.line(`${evaluationText(evaluation)}\n`)
    const recommended = await recommendItems({ bundle: trained.bundle, user: textOption(options, 'user', user) })
    const { bundle, rows, examplesPerSecond } = trained
    output.result(
      { bundle, rows, examplesPerSecond, validation: trained.metrics, metrics: evaluation.metrics, recommended },
      recommendationText(recommended),
    )
  },
}

/** MovieLens 100K where it is, a simulated app store elsewhere. */
async function demoData(given: string | undefined, output: Output): Promise<{ loaded: LoadedConfig; user: string }> {
  const root = [given, process.env['WIDEDEEP_DATA'], '../shared/data'].find(
    (directory) => directory !== undefined && existsSync(join(directory, 'movielens-100k', 'u.data')),
  )
  if (root !== undefined) {
    process.env['WIDEDEEP_DATA'] = resolve(root)
    output.line(`MovieLens 100K from ${root}\n`)
    // A copy, because prepared data goes beside the config, and the package may lie where nothing can be written.
    const config = resolve('.widedeep', 'movielens', 'widedeep.config.ts')
    atomicWriteFile(config, readFileSync(packagePath('examples/movielens/widedeep.config.ts')))
    return { loaded: await loadConfig(config), user: '196' }
  }
  return simulatedData(output)
}

async function simulatedData(output: Output): Promise<{ loaded: LoadedConfig; user: string }> {
  const directory = resolve('.widedeep', 'demo')
  output.line(
    'MovieLens 100K is not here: a simulated app store takes its place. For the real data, unpack ml-100k.zip of',
  )
  output.line(
    'https://grouplens.org/datasets/movielens/100k/ as movielens-100k/ and pass its parent with --data DIR.\n',
  )
  simulate({ directory, users: 6000, apps: 200, onProgress: output.progress })
  const config = join(directory, 'widedeep.config.ts')
  atomicWriteFile(config, simulatedConfig())
  return { loaded: await loadConfig(config), user: 'u1' }
}

const packagePath = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
