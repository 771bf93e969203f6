/** A small real bundle with a history of installs: what tests of the server serve. */
import { join } from 'node:path'
import type { Config } from '../src/features/index.js'
import { categorical, cross, list, numeric } from '../src/features/index.js'
import { checkedConfig, trainBundle } from '../src/pipeline/index.js'
import { simulate } from '../src/simulator/index.js'
import { simulatedExamples } from './simulated-examples.js'

export const servedConfig = {
  data: {
    ...simulatedExamples,
    actions: { from: 'actions.csv', kind: 'event', known: 'received', request: 'request' },
    title: 'title',
    time: 'timestamp',
    position: { column: 'position' },
    history: { installed: { of: 'app', action: ['own', 'install'], last: 5 } },
    aggregates: { timesShown: { take: 'count', by: ['user', 'item'] } },
  },
  features: {
    user: { country: categorical(), language: categorical(), installed: list(categorical({ sharedWith: 'app' })) },
    item: { app: categorical(), category: categorical() },
    context: {
      hour: categorical({ values: 24 }),
      device: categorical(),
      position: categorical(),
      timesShown: numeric(),
    },
  },
  model: { wide: [cross('installed', 'app'), cross('country', 'app')], deep: { embedding: 4, hidden: [16, 8] } },
  training: { batchSize: 128, epochs: 1, threads: 1, seed: 1 },
} satisfies Config

interface ServedBundle {
  readonly seed?: number
  readonly apps?: number
  readonly head?: NonNullable<Config['model']>['head']
  readonly label?: Config['data']['label']
}

/** Trains for some seconds and returns the bundle's directory, `<home>/model/bundle`. */
export async function trainServedBundle(
  home: string,
  { seed = 1, apps = 60, ...other }: ServedBundle = {},
): Promise<string> {
  simulate({ directory: home, users: 100, apps, impressions: 4000, labelled: true, baseLogit: -2 })
  const data = { ...servedConfig.data, label: other.label ?? servedConfig.data.label }
  const model = { ...servedConfig.model, head: other.head ?? 'binary' }
  const loaded = {
    config: checkedConfig({ ...servedConfig, data, model }, 'config'),
    path: join(home, 'widedeep.config.ts'),
    directory: home,
  }
  const { bundle } = await trainBundle(loaded, { out: join(home, 'model', 'bundle'), seed })
  return bundle
}
