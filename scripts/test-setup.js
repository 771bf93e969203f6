/** Vitest's global setup: tests that start workers or load the kernels find dist/ up to date. */
import { build } from './build.js'

export async function setup() {
  try {
    await build()
  } catch (error) {
    // `npm test` has built before and stopped on any fault. A run of one room must not stop for a slip in another.
    console.warn(`dist/ is not up to date, tests that need it will fail: ${error.message}`)
  }
}
