export { createRanker } from './ranker.js'
export type { Ranker, RankerModel, RawRow } from './ranker.js'
export type { RankedCandidates, RankRequest, ScoringPool, ScoringPoolOptions } from './scoring.js'
