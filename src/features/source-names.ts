/** Names of the candidate sources of room retrieval: what `retrieval.sources` may name. */
export const sourceNames = ['learned', 'co-visitation', 'similar', 'popular', 'fresh'] as const
export type SourceName = (typeof sourceNames)[number]
