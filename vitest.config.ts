import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

const long = process.env['WIDEDEEP_LONG'] === '1' ? [] : ['**/*.long.test.ts']
const services = process.env['WIDEDEEP_SERVICES'] === undefined ? ['**/*.services.test.ts'] : []

export default defineConfig({
  resolve: { alias: { widedeep: fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'dist/**', ...long, ...services],
    globalSetup: 'scripts/test-setup.js',
    pool: 'forks',
    // Files of a worker share its modules: importing them anew for each file took an eighth of all the time.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    allowOnly: false,
  },
})
