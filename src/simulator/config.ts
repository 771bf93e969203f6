/** The config that belongs to the simulated logs: what `widedeep demo` trains where MovieLens is absent. */
export const simulatedConfig = `import { categorical, cross, defineConfig, list, numeric } from 'widedeep'

export default defineConfig({
  data: {
    examples: 'impressions.csv',
    join: [
      { from: 'users.csv', on: 'user' },
      { from: 'apps.csv', on: 'app' },
    ],
    label: { column: 'install' },
    split: { by: 'time', validation: 0.1, test: 0.1 },
    user: 'user',
    item: 'app',
    time: 'timestamp',
    title: 'title',
  },
  features: {
    user: {
      user: categorical(),
      country: categorical(),
      age: numeric({ normalize: 'quantiles' }),
      device: categorical(),
      installed: list(categorical({ sharedWith: 'app' })),
    },
    item: { app: categorical(), category: categorical() },
    context: { hour: categorical({ values: 24 }) },
  },
  model: {
    wide: [cross('installed', 'app'), cross('category', 'hour')],
    deep: { embedding: 16, hidden: [128, 64] },
  },
  training: { batchSize: 512, epochs: 8 },
})
`
