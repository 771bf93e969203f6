// Declaring.
export { bucketized, categorical, cross, defineConfig, embedding, indicator, list, numeric } from './features/index.js'
export type { ColumnOf, Config, DefinedConfig, RawValue } from './features/index.js'
export { defineArchitecture } from './model/index.js'
export type { Architecture } from './model/index.js'
export { operations } from './graph/index.js'
export { choice, integerRange, logRange, range } from './space/index.js'
// The main job.
export {
  checkData,
  compareModels,
  evaluateBundle,
  explainItem,
  gateModels,
  inspectBundle,
  loadConfig,
  prepareData,
  promoteVersion,
  proposeCrosses,
  publishBundle,
  recommendItems,
  retrain,
  trainBundle,
  tuneModel,
} from './pipeline/index.js'
export type {
  CheckReport,
  CompareResult,
  EvaluateResult,
  ExplainResult,
  GateResult,
  InspectResult,
  LoadedConfig,
  PreparedSummary,
  ProposeResult,
  RecommendResult,
  RetrainResult,
  TrainResult,
  TuneResult,
} from './pipeline/index.js'
// Published versions.
export { dryRun, openRegistry } from './registry/index.js'
export type { DryRunResult, Registry } from './registry/index.js'
// Serving, and asking a server.
export { createServer, widedeepPlugin } from './serving/index.js'
export type { Server, ServerOptions } from './serving/index.js'
export { createClient, RequestError } from './client/index.js'
export type { Client, ClientEvent, ClientOptions, EventQueue } from './client/index.js'
// Logs with a known truth.
export { simulate } from './simulator/index.js'
export type { SimulateResult } from './simulator/index.js'
// Faults.
export { WideDeepError } from './base/index.js'
export type { Issue } from './base/index.js'
