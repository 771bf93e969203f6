// Adult with DCN-V2, and the amounts as numbers and as themselves beside their buckets: one column may be several features.
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
    age: bucketized({ boundaries: [18, 21, 24, 27, 30, 33, 36, 40, 44, 48, 52, 56, 60, 65, 70] }),
    education_num: numeric({ normalize: 'quantiles' }),
    age_number: numeric({ from: 'age', normalize: 'quantiles' }),
    age_years: numeric({ from: 'age', normalize: 'zscore' }),
    gain_number: numeric({ from: 'capital_gain', normalize: 'log' }),
    gain_rank: numeric({ from: 'capital_gain', normalize: 'quantiles' }),
    loss_number: numeric({ from: 'capital_loss', normalize: 'log' }),
    hours_number: numeric({ from: 'hours_per_week', normalize: 'zscore' }),
    // Where the amounts lump: what counts is which exemption or tax class they stand for.
    capital_gain: bucketized({
      boundaries: [1, 3000, 3500, 4000, 4700, 5100, 5300, 6000, 6600, 7000, 7500, 8000, 10600, 15000],
    }),
    capital_loss: bucketized({
      boundaries: [1, 1500, 1600, 1750, 1825, 1880, 1900, 1950, 1980, 2200, 2400, 2500, 3000],
    }),
    hours_per_week: bucketized({ boundaries: [10, 20, 25, 30, 35, 39, 41, 45, 50, 55, 60, 70] }),
    // The very amount: of 69 people with a gain of 5,013 dollars none earns more than 50,000, of 97 with 5,178 all do.
    gain_exact: categorical({ from: 'capital_gain', minCount: 5 }),
    loss_exact: categorical({ from: 'capital_loss', minCount: 5 }),
    hours_exact: categorical({ from: 'hours_per_week', minCount: 5 }),
    age_exact: categorical({ from: 'age', minCount: 5 }),
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
    architecture: { name: 'dcn-v2', layers: 2 },
    wide: [cross('education', 'occupation')],
    deep: { embedding: 8, hidden: [128, 64], dropout: 0.3 },
  },
  training: { batchSize: 256, epochs: 30, patience: 3, seed: 1, plateau: 0.3, averaging: 1 },
})
