/** A small real bundle: what tests of the dry run and of damage take apart. */
import { join } from 'node:path'
import type { Config } from '../src/features/index.js'
import { categorical, cross } from '../src/features/index.js'
import { checkedConfig, trainBundle } from '../src/pipeline/index.js'
import { simulate } from '../src/simulator/index.js'
import { simulatedExamples } from './simulated-examples.js'

const config: Config = {
  data: {
    ...simulatedExamples,
    split: { by: 'random', validation: 0.2, test: 0.2 },
  },
  features: {
    user: { country: categorical(), device: categorical() },
    item: { app: categorical(), category: categorical() },
    context: { hour: categorical({ values: 24 }) },
  },
  model: { wide: [cross('country', 'app')], deep: { embedding: 4, hidden: [8] } },
  training: { batchSize: 128, epochs: 1, threads: 1, seed: 1 },
}

/** Trains for a second or two and returns the bundle's directory, `<home>/model/bundle`. */
export async function trainSmallBundle(home: string, seed = 1): Promise<string> {
  simulate({ directory: home, users: 80, apps: 30, impressions: 1500, labelled: true, baseLogit: -2 })
  const loaded = { config: checkedConfig(config, 'config'), path: join(home, 'widedeep.config.ts'), directory: home }
  const { bundle } = await trainBundle(loaded, { out: join(home, 'model', 'bundle'), seed })
  return bundle
}
