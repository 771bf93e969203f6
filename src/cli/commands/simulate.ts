import { resolve } from 'node:path'
import { simulate as simulateStore } from '../../simulator/index.js'
import type { SimulateResult } from '../../simulator/index.js'
import type { CliCommand } from '../command.js'
import { countOption, textOption } from '../command.js'
import { countText } from '../table.js'

export const command: CliCommand = {
  options: [
    ['--out <dir>', 'where the logs go (default: logs)'],
    ['--users <n>', 'users on the first day (default: 5000)'],
    ['--apps <n>', 'apps on the first day, at least 20 (default: 400)'],
    ['--days <n>', 'days, at least 3 (default: 14)'],
    ['--impressions <n>', 'about so many impressions (default: six a day for each user)'],
    ['--seed <n>', 'seed (default: 1)'],
    ['--truth', 'write the true probability of every impression to truth.csv'],
    ['--labelled', 'write the labels into the impressions too, and a config that takes them from there'],
  ],
  example: 'npx widedeep simulate --users 5000 --days 14 --out logs/',
  run(options, output) {
    const result = simulateStore({
      directory: resolve(textOption(options, 'out', 'logs')),
      users: countOption(options, 'users', { fallback: 5000 }),
      apps: countOption(options, 'apps', { minimum: 20, fallback: 400 }),
      days: countOption(options, 'days', { minimum: 3, fallback: 14 }),
      impressions: countOption(options, 'impressions', { minimum: 6, fallback: undefined }),
      seed: countOption(options, 'seed', { minimum: 0, fallback: 1 }),
      truth: options['truth'] === true,
      labelled: options['labelled'] === true,
      onProgress: output.progress,
    })
    output.result(result, simulationText(result))
    return Promise.resolve()
  },
}

function simulationText({ all, test, unseenPairs, directory, config, ...result }: SimulateResult): string {
  const percent = (share: number | null): string => (share === null ? '-' : `${(100 * share).toFixed(1)} %`)
  const auc = (value: number | null): string => value?.toFixed(4) ?? '-'
  const growth = ([first, last]: readonly [number, number]): string => `${countText(first)} to ${countText(last)}`
  return [
    `${countText(all.impressions)} impressions of ${countText(result.requests)} requests on ${String(result.days)} days in ${directory}`,
    `users ${growth(result.users)}, apps ${growth(result.apps)}; installs ${countText(all.installs)} (${percent(all.baseRate)})`,
    `best possible on the test day: AUC ${auc(test.bestAuc)}, log loss ${test.bestLogLoss.toFixed(4)}`,
    `  without particular pairs ${auc(test.parts.lowRank)}, without tastes ${auc(test.parts.particular)}`,
    `pairs of user and app on the test day that training has not: ${percent(unseenPairs)}`,
    `next: npx widedeep train --config ${config}`,
  ].join('\n')
}
