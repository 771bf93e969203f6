// Frappe: context-aware app usage (Baltrunas et al. 2015), the split of the BARS benchmark "Frappe_x1".
import { categorical, defineConfig } from 'widedeep'

export default defineConfig({
  data: {
    examples: 'frappe/train.csv',
    validation: 'frappe/valid.csv',
    label: { column: 'label' },
    user: 'user',
    item: 'item',
  },
  features: {
    user: { user: categorical() },
    item: { item: categorical() },
    context: {
      daytime: categorical(),
      weekday: categorical(),
      isweekend: categorical(),
      homework: categorical(),
      cost: categorical(),
      weather: categorical(),
      country: categorical(),
      city: categorical(),
    },
  },
  model: {
    // BARS' settings: one Adam for all, batch normalisation, dropout, small fresh embeddings and a penalty on the whole tables at each step.
    wide: { l2: 0.1, regularization: 'everyStep', optimizer: { name: 'adam', learningRate: 0.001 } },
    deep: {
      embedding: 10,
      embeddingDeviation: 0.0001,
      hidden: [400, 400, 400],
      normalization: 'batch',
      dropout: 0.6,
      embeddingL2: 0.1,
      regularization: 'everyStep',
      optimizer: { name: 'adam', learningRate: 0.001 },
    },
  },
  training: {
    batchSize: 4096,
    epochs: 80,
    patience: 3,
    // The mean of the weights over six epochs: better than any point on the way, better calibrated, and the same from seed to seed.
    averaging: 6,
    lossReduction: 'mean',
    seed: 1,
  },
})
