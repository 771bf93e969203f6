// Adult (UCI Census Income): who earns more than 50,000 dollars a year? The official split; early stopping on a cut of the training file.
import { bucketized, categorical, cross, defineConfig, numeric } from 'widedeep'

export default defineConfig({
  data: {
    examples: 'adult/adult.data',
    test: 'adult/adult.test',
    format: {
      type: 'csv',
      header: false,
      null: '?',
      columns: [
        'age', 'workclass', 'fnlwgt', 'education', 'education_num', 'marital_status', 'occupation', 'relationship', 'race',
        'sex', 'capital_gain', 'capital_loss', 'hours_per_week', 'native_country', 'income',
      ], // prettier-ignore
    },
    label: { column: 'income', positive: ['>50K', '>50K.'] },
    split: { by: 'random', validation: 0.1, seed: 1 },
  },
  features: {
    age: numeric({ normalize: 'quantiles' }),
    education_num: numeric({ normalize: 'quantiles' }),
    capital_gain: numeric({ normalize: 'log' }),
    capital_loss: numeric({ normalize: 'log' }),
    hours_per_week: numeric({ normalize: 'quantiles' }),
    workclass: categorical(),
    education: categorical(),
    marital_status: categorical(),
    occupation: categorical(),
    relationship: categorical(),
    race: categorical(),
    sex: categorical(),
    native_country: categorical({ minCount: 5 }),
  },
  model: {
    wide: [
      cross('education', 'occupation'),
      cross('marital_status', 'occupation'),
      cross('relationship', 'education'),
      cross('workclass', 'occupation'),
    ],
    deep: { embedding: 8, hidden: [128, 64], dropout: 0.2 },
  },
  training: { batchSize: 256, epochs: 30, patience: 3, seed: 1 },
})
