/** What every source of candidates answers. A source reads an index that was built before; it never scans. */
import type { Config, Encoder, RawRow } from '../features/index.js'
import type { RetrievalLog } from './retrieval-log.js'
import type { TowerIndex } from './towers/tower-index.js'

export interface RetrievalRequest {
  /** `null`: nobody that is known. */
  readonly user: string | null
  /** Features of the user and the context, raw. */
  readonly row: RawRow
  /** Keys of the items that the user acted on, oldest first. */
  readonly history: readonly string[]
  /** Key of an item that the candidates shall be like. */
  readonly item?: string
  readonly nowMs: number
}

export interface Candidate {
  /** Index into the catalogue. */
  readonly item: number
  /** What the source sorts by; scores of two sources do not compare. */
  readonly score: number
}

export interface CandidateSource {
  readonly name: string
  /** The best `k` candidates at most, best first, each once; equal scores in an order that is always the same. */
  candidates(request: RetrievalRequest, k: number): Promise<readonly Candidate[]> | readonly Candidate[]
}

/** An item as whoever serves knows it: also one that came after the index was built. */
export interface RetrievalItem {
  readonly key: string
  readonly features: RawRow
  /** When it came into the catalogue, in milliseconds since 1970; items of the index have the moment of their first example. */
  readonly addedMs?: number
}

/** What a source is opened with. */
export interface SourceContext {
  /** Directory of the index. */
  readonly directory: string
  readonly config: Config
  readonly encoder: Encoder
  /** The catalogue: what candidates are indices into. */
  readonly items: readonly RetrievalItem[]
  /** Index into the catalogue by key. */
  readonly itemIndex: ReadonlyMap<string, number>
  /** Index into the catalogue of each item of the index; −1 where it is gone. */
  readonly places: Int32Array
  /** The two towers with a vector for each item of the catalogue; `null` where the bundle has none. */
  readonly towers: TowerIndex | null
}

/** A kind of source: what it keeps of a log, and how it reads that. One file and one line in `sources/index.ts`. */
export interface SourceKind {
  readonly name: string
  /** Its share of the candidates, where the config says nothing. */
  readonly share: number
  /** Writes its index into a directory; absent where there is none to write. */
  build?(log: RetrievalLog, directory: string): void
  /** Whether it answers from the two towers, which are trained where one such source has a share. */
  readonly readsTowers?: true
  /** `null` where the bundle has nothing for it. */
  open(context: SourceContext): CandidateSource | null
}
