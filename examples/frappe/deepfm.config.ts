// Frappe with DeepFM: the settings of widedeep.config.ts, with a factorization machine over the same embeddings.
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
    architecture: 'deepfm',
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
    epochs: 60,
    patience: 2,
    plateau: 0.1,
    lossReduction: 'mean',
    // Thirty epochs on 200,000 rows leave a model too sure of itself; two numbers learned on the validation rows mend that.
    calibration: 'platt',
    seed: 1,
  },
})
