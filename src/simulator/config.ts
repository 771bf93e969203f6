/** The config that is written beside simulated logs: what `widedeep demo` trains where MovieLens is absent. */
import { storeConstants } from './constants.js'

/** Longer than any simulated install takes, so that the join finds the labels that the simulator knows. */
export const labelWindow = `${String(storeConstants.slowHours + 2)}h`

/** Rows of impressions with labels of actions, or (`isLabelled`) with labels of their own. */
export function simulatedConfig(isLabelled = false): string {
  const rows = isLabelled ? 'examples' : 'impressions'
  const label = isLabelled ? `{ column: 'install' }` : `{ action: 'install', within: '${labelWindow}' }`
  return `import { bucketized, categorical, cross, defineConfig, list } from 'widedeep'

export default defineConfig({
  data: {
    ${rows}: 'impressions.csv',
    actions: { from: 'actions.csv', kind: 'event', known: 'received', request: 'request' },
    join: [
      { from: 'users.csv', on: 'user' },
      { from: 'apps.csv', on: 'app' },
    ],
    label: ${label},
    split: { by: 'time', validation: '1d', test: '1d' },
    user: 'user',
    item: 'app',
    time: 'timestamp',
    title: 'title',
    position: { column: 'position' },
    // What is on the device: what was there when the user joined, and what was installed since.
    history: { installed: { of: 'app', action: ['own', 'install'], last: ${String(storeConstants.installedSlots)} } },
  },
  features: {
    user: {
      country: categorical(),
      age: bucketized({ boundaries: [20, 30, 40, 50, 60, 70] }),
      language: categorical(),
      installed: list(categorical({ sharedWith: 'app' })),
    },
    item: { app: categorical(), category: categorical() },
    context: {
      hour: categorical({ values: 24 }),
      weekday: categorical({ values: 7 }),
      device: categorical(),
      position: categorical(),
    },
  },
  model: {
    wide: {
      crosses: [cross('installed', 'app'), cross('category', 'hour')],
      // Most pairs of apps have nothing to do with each other: L1 keeps those at zero, and long steps let the others grow in a few epochs.
      optimizer: { name: 'ftrl', learningRate: 0.5, l1: 6, l2: 6 },
    },
    deep: { embedding: 16, hidden: [128, 64], dropout: 0.2, optimizer: { name: 'adagrad', learningRate: 0.05 } },
  },
  training: { batchSize: 1024, epochs: 8, averaging: 0.5 },
})
`
}
