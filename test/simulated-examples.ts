/** The labelled logs of the simulated store as a config reads them: what small configs of tests begin with. */
export const simulatedExamples = {
  examples: 'impressions.csv',
  join: [
    { from: 'users.csv', on: 'user' },
    { from: 'apps.csv', on: 'app' },
  ],
  label: { column: 'install' },
  user: 'user',
  item: 'app',
} as const
