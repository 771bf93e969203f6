// Declaring.
export { bucketized, categorical, cross, defineConfig, embedding, indicator, list, numeric } from './features/index.js'
export type { Config, RawValue } from './features/index.js'
export { defineArchitecture } from './model/index.js'
export type { Architecture } from './model/index.js'
export { operations } from './graph/index.js'
// The main job.
export {
  compareModels,
  evaluateBundle,
  inspectBundle,
  loadConfig,
  prepareData,
  proposeCrosses,
  recommendItems,
  trainBundle,
} from './pipeline/index.js'
export type {
  CompareResult,
  EvaluateResult,
  InspectResult,
  LoadedConfig,
  PreparedSummary,
  ProposeResult,
  RecommendResult,
  TrainResult,
} from './pipeline/index.js'
// Faults.
export { WideDeepError } from './base/index.js'
export type { Issue } from './base/index.js'
