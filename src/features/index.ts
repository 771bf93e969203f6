// What a user declares with.
export { bucketized, categorical, cross, embedding, indicator, list, numeric } from './declare.js'
export { defineConfig } from './define-config.js'
export type { DefinedConfig } from './define-config.js'
export { validateConfig } from './validate-config.js'
// Reading a config.
export {
  allFeatures,
  constantsAtServing,
  declaredCrosses,
  deepDeclaration,
  deepUseOf,
  featureGroups,
  wideDeclaration,
} from './config-access.js'
export { defaultOptimizers, withSettings } from './config-settings.js'
export {
  actionsDeclaration,
  impressionsDeclaration,
  rawNames,
  resolvedDeclaration,
  sourceColumnOf,
  stateOwner,
  weightsColumnOf,
} from './config-access.js'
export type { Config, CrossDeclaration, DeepDeclaration } from './feature-spec.js'
export { sourceNames } from './source-names.js'
export type { ModelDeclaration, OptimizerDeclaration, WideDeclaration } from './feature-spec.js'
export type {
  ActionsDeclaration,
  FileFormat,
  HistoryDeclaration,
  LabelDeclaration,
  NegativesDeclaration,
  SplitDeclaration,
} from './data-spec.js'
export { durationSeconds } from './duration.js'
export { labelKindOf } from './label-kind.js'
// What is learned, and what encodes.
export { kindOf } from './columns/index.js'
export { crossLearns, growCross, learnCross } from './cross.js'
export { compileFeatures, createEncoder } from './encoder.js'
export { carriedIds } from './carried-ids.js'
export type { CarriedIds } from './carried-ids.js'
export type { Encoder } from './encoder.js'
export { withRequest } from './raw-row.js'
export type { RawRow } from './raw-row.js'
export { rawInputs } from './raw-inputs.js'
export type { RawInput } from './raw-inputs.js'
export { loadFeatureState, saveFeatureState } from './feature-state.js'
export type { FeatureState } from './feature-state.js'
export type { ColumnDeclaration, ColumnEncoder, ColumnOf, ColumnState, RawValue, Statistics } from './column.js'
export type { Combiner, EncodedBatch, EncodedColumn, EncodedFeatures, JaggedIds } from './encoded-batch.js'
// The past as of a moment: one definition, which preparation executes in the database and serving in memory.
export { actionKinds, aggregateDefinitions, defaultLast } from './past/past-definitions.js'
export { liveDefinitions, pairFeatures } from './past/pair-features.js'
export { createPast } from './past/past.js'
export type { Past, PastValue } from './past/past.js'
export type { PastDefinition, PastEvent, PastKey, PastSource } from './past/past-definition.js'
