// Answering.
export { hasRetrieval, openRetrieval } from './open-retrieval.js'
export type { Retrieval, RetrievalOptions, RetrieveOptions } from './open-retrieval.js'
export type { Merged } from './merge.js'
export type { Candidate, CandidateSource, RetrievalItem, RetrievalRequest } from './candidate-source.js'
// Building.
export { buildIndexes, indexFolder, needsTowers } from './build-indexes.js'
export { writeTowers } from './towers/write-towers.js'
export type { TrainedTowers } from './towers/write-towers.js'
export type { Histories, RetrievalLog, SegmentColumn } from './retrieval-log.js'
