export { simulatedConfig } from './config.js'
export { simulate } from './simulate.js'
export type { SimulateOptions, SimulateResult } from './simulate.js'
