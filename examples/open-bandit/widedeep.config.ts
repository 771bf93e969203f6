// Open Bandit Dataset, the men's campaign: real impressions under two policies, with position and propensity.
import { categorical, defineConfig } from 'widedeep'

const features = ['user_feature_0', 'user_feature_1', 'user_feature_2', 'user_feature_3'] as const

export default defineConfig({
  data: {
    impressions: ['open-bandit/bts-men/impressions.csv', 'open-bandit/random-men/impressions.csv'],
    join: [{ from: 'open-bandit/bts-men/item_context.csv', on: 'item_id' }],
    label: { column: 'click' },
    item: 'item_id',
    time: 'timestamp',
    split: { by: 'time', validation: 0.15, test: 0.15 },
    // As if every item had been shown with the same chance.
    propensity: { column: 'propensity_score', clip: 100 },
    position: { column: 'position' },
  },
  features: {
    item: {
      item_id: categorical(),
      item_feature_1: categorical(),
      item_feature_2: categorical(),
      item_feature_3: categorical(),
    },
    context: { position: categorical(), ...Object.fromEntries(features.map((name) => [name, categorical()])) },
  },
  model: { wide: [], deep: { embedding: 4, hidden: [16], dropout: 0.3 } },
  training: { batchSize: 512, epochs: 5, metric: 'logLoss', seed: 1 },
})
