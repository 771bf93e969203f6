/** The door of retrieval for whoever serves: opens what a bundle has and answers requests with candidates. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config, Encoder } from '../features/index.js'
import { createEncoder, loadFeatureState } from '../features/index.js'
import type { CandidateSource, RetrievalItem, RetrievalRequest, SourceContext } from './candidate-source.js'
import { retrievalMissing, retrievalVersionUnknown } from './errors.js'
import { readJson } from './index-files.js'
import type { Merged, Offer } from './merge.js'
import { mergeCandidates } from './merge.js'
import { indexFolder, itemsFile, retrievalVersion, versionFile } from './build-indexes.js'
import { sourceKinds } from './sources/index.js'
import { listSources } from './sources/lists.js'
import { everyonesOrder } from './sources/popular.js'
import { openTowers } from './towers/open-towers.js'

/** Candidates of a request, where nothing says otherwise: what the paper's Table 2 ranks. */
const defaultK = 200

export interface RetrievalOptions {
  /** The catalogue; candidates are indices into it. Items that came after training are welcome. */
  readonly items: readonly RetrievalItem[]
  /** The bundle's encoder, where it is at hand; else it is loaded. */
  readonly encoder?: Encoder
}

export interface RetrieveOptions {
  /** Candidates at most. Default: `retrieval.k` of the config, 200. */
  readonly k?: number
  /** Items that never take a place: seen, hidden, asked for. */
  readonly exclude: ReadonlySet<number>
}

export interface Retrieval {
  /** The lists of the config, then every source that the bundle has an index for. */
  readonly sources: readonly CandidateSource[]
  /** The union of what the sources bring. */
  retrieve(request: RetrievalRequest, options: RetrieveOptions): Promise<Merged>
  close(): Promise<void>
}

/** Whether a bundle can retrieve: its config names users and items. */
export const hasRetrieval = (bundle: string): boolean => existsSync(join(bundle, indexFolder, versionFile))

/** Opens the sources of a bundle over a catalogue; throws `RETRIEVAL_MISSING` where it has none. */
export async function openRetrieval(bundle: string, options: RetrievalOptions): Promise<Retrieval> {
  const directory = join(bundle, indexFolder)
  if (!hasRetrieval(bundle)) throw retrievalMissing({ bundle })
  const { formatVersion } = readJson<{ formatVersion: unknown }>(directory, versionFile)
  if (formatVersion !== retrievalVersion)
    throw retrievalVersionUnknown({ directory, got: formatVersion, known: retrievalVersion })
  const context = await contextOf(bundle, directory, options)
  const sources = shared(context)
  const everyone: Offer = { source: 'popular', share: 0, candidates: everyonesOrder(context) }
  const lists = listSources(context)
  return {
    sources: [...lists, ...sources.map(({ source }) => source)],
    async retrieve(request, { k = context.config.retrieval?.k ?? defaultK, exclude }) {
      // Whatever is excluded may stand first in a source's answer.
      const asked = Math.min(context.items.length, k + exclude.size)
      const offer = async (source: CandidateSource, share: Offer['share']): Promise<Offer> => ({
        source: source.name,
        share,
        candidates: await source.candidates(request, asked),
      })
      const offers = await Promise.all([
        ...lists.map((source) => offer(source, 'all')),
        ...sources.map(({ source, share }) => offer(source, share)),
      ])
      return mergeCandidates([...offers, everyone], { k, exclude })
    },
    close: async () => context.towers?.close(),
  }
}

async function contextOf(
  bundle: string,
  directory: string,
  { items, encoder: given }: RetrievalOptions,
): Promise<SourceContext> {
  const config = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')) as Config
  const encoder = given ?? createEncoder(config, loadFeatureState(join(bundle, 'feature-state')))
  const itemIndex = new Map(items.map(({ key }, index) => [key, index]))
  const places = Int32Array.from(readJson<string[]>(directory, itemsFile), (key) => itemIndex.get(key) ?? -1)
  const towers = await openTowers(directory, { config, encoder, items, places })
  return { directory, config, encoder, items, itemIndex, places, towers }
}

/** The sources that the config leaves a share and the bundle has an index for. */
function shared(context: SourceContext): { source: CandidateSource; share: number }[] {
  const declared: Readonly<Record<string, number>> = context.config.retrieval?.sources ?? {}
  return sourceKinds.flatMap((kind) => {
    const share = declared[kind.name] ?? kind.share
    const source = share > 0 ? kind.open(context) : null
    return source ? [{ source, share }] : []
  })
}
