export { createAppStore } from './app-store.js'
export type { AppStore, SimulatedImpression } from './app-store.js'
export { simulatedConfig } from './config.js'
export { writeSimulatedLogs } from './write-logs.js'
