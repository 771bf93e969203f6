/** Scores candidates with a model in three graphs: item parts from their buffer, the request's part once, the rest for each candidate. */
import type { EncodedFeatures } from '../features/index.js'
import { createOnnxRuntimeExecutor } from '../graph/index.js'
import type { Boundary, CompiledGraph, Side, TensorData } from '../graph/index.js'
import type { Bundle } from '../model/index.js'
import type { CandidateEncoder } from './candidate-encoder.js'
import { rowsPerRun, runsOf } from './candidate-runs.js'
import type { ItemPartsOptions } from './item-parts.js'
import { ItemParts } from './item-parts.js'
import type { ItemStore } from './item-store.js'
import type { Rest } from './pace.js'
import type { Candidates } from './pair-values.js'
import { repeated } from './repeated.js'

export type SplitModel = NonNullable<ReturnType<Bundle['split']>>

export interface SplitScorerParts {
  readonly bundle: Bundle
  readonly split: SplitModel
  readonly encoder: CandidateEncoder
  /** Called after each graph that is compiled. */
  readonly rest: Rest
}

/** Items with the parts that are kept of them. */
export interface ScoredItems {
  readonly store: ItemStore
  readonly parts: ItemParts
}

export interface SplitScorer {
  /** Makes room for parts of items. */
  createParts(options: Omit<ItemPartsOptions, 'widths'>): ItemParts
  /** What to sort each candidate by: its score, or its logit where the model is calibrated. One call at a time. */
  order(items: ScoredItems, request: EncodedFeatures, candidates: Candidates): Promise<Float32Array>
  /** What computes a share of the parts of all items, as many as the budget holds, a little at a time. */
  fillRuns(items: ScoredItems, share: FillShare): readonly (() => Promise<void>)[]
  close(): Promise<void>
}

/** What one of several threads over the same memory does, from 0. */
export interface FillShare {
  readonly thread: number
  readonly threads: number
}

type Feeds = Record<string, TensorData>

interface Request {
  readonly features: EncodedFeatures
  /** What the request's graph made of them. */
  readonly made: Feeds
}

/** Compiles the three graphs, one thread each, over the tables of the bundle. */
export async function openSplitScorer({ bundle, split, encoder, rest }: SplitScorerParts): Promise<SplitScorer> {
  const graphs = await compileAll(split, rest)
  const stages = stagesOf(bundle, split)
  const own = split.boundaries.filter(({ side }) => side === 'item')
  const rowCount = rowsPerRun(own)
  const { rows, gather } = createGathering({ graph: graphs.item, stage: stages.item, own, rowCount })

  /** Scores at most `rowCount` candidates. */
  async function run(scored: ScoredItems, { features, made }: Request, some: Candidates): Promise<ArrayLike<number>> {
    const { items, pairs } = some
    await gather(scored, items)
    const count = items.length
    const both = encoder.pairs(features, scored.store.rows(items, encoder.crossedFeatures), pairs)
    const feeds: Feeds = both ? stages.pair.forward(both) : {}
    for (const [index, boundary] of own.entries())
      feeds[boundary.name] = fed(boundary, rows[index]?.subarray(0, count * boundary.width))
    for (const boundary of split.boundaries)
      if (boundary.side === 'request') feeds[boundary.name] = fedRequest(boundary, made[boundary.name], count)
    return (await graphs.pair?.run(feeds))?.['order']?.data ?? []
  }

  return {
    createParts: (options) => new ItemParts({ widths: own.map(({ width }) => width), ...options }),
    async order(scored, features, candidates) {
      const made = graphs.request ? await graphs.request.run(stages.request.forward(features)) : {}
      const order = new Float32Array(candidates.items.length)
      for (const [first, some] of runsOf(candidates, rowCount))
        order.set(await run(scored, { features, made }, some), first)
      return order
    },
    fillRuns(items, { thread, threads }) {
      const count = Math.min(items.store.count, items.parts.capacity)
      const runs = [...runsOf({ items: firstItems(count), pairs: {} }, rowCount)]
      return runs
        .filter((_, run) => run % threads === thread)
        .map(
          ([, { items: some }]) =>
            () =>
              gather(items, some),
        )
    },
    async close() {
      for (const graph of Object.values(graphs)) await graph?.close()
    },
  }
}

interface GatheringParts {
  readonly graph: CompiledGraph | null
  readonly stage: ReturnType<Bundle['stage']>
  /** What the item graph makes. */
  readonly own: readonly Boundary[]
  /** Most candidates at once. */
  readonly rowCount: number
}

/** Brings the parts of candidates together in `rows`, one matrix for each boundary: kept ones, and those that are made and kept now. */
function createGathering({ graph, stage, own, rowCount }: GatheringParts) {
  const rows = own.map(({ width }) => new Float32Array(rowCount * width))
  const gather = async ({ store, parts }: ScoredItems, candidates: Int32Array): Promise<void> => {
    const missing: number[] = []
    for (const [row, item] of candidates.entries())
      if (!parts.read(item, store.version(item), rows, row)) missing.push(row)
    if (missing.length === 0 || !graph) return
    const items = Int32Array.from(missing, (row) => candidates[row] ?? 0)
    const outputs = await graph.run(stage.forward(store.rows(items)))
    const made = own.map(({ name, width }) => outputs[name]?.data ?? new Float32Array(items.length * width))
    for (const [at, row] of missing.entries()) {
      for (const [index, { width }] of own.entries())
        rows[index]?.set(made[index]?.subarray(at * width, (at + 1) * width) ?? [], row * width)
      const item = items[at] ?? 0
      parts.write(item, store.version(item), made, at)
    }
  }
  return { rows, gather }
}

const stagesOf = (bundle: Bundle, { layouts }: SplitModel): Record<Side, ReturnType<Bundle['stage']>> => ({
  item: bundle.stage(layouts.item),
  request: bundle.stage(layouts.request),
  pair: bundle.stage(layouts.pair),
})

const firstItems = (count: number): Int32Array => Int32Array.from({ length: count }, (_, item) => item)

async function compileAll(split: SplitModel, rest: Rest): Promise<Record<Side, CompiledGraph | null>> {
  const executor = createOnnxRuntimeExecutor()
  const compile = async (side: Side): Promise<CompiledGraph | null> => {
    const model = split.onnx(side)
    const compiled = model && (await executor.compile(model, { threads: 1, spinning: false }))
    await rest()
    return compiled
  }
  return { item: await compile('item'), request: await compile('request'), pair: await compile('pair') }
}

/** Rows of a boundary tensor in its own shape. */
function fed({ shape }: Boundary, data: TensorData['data'] = new Float32Array(0)): TensorData {
  const rest = shape.slice(1).map(Number)
  return { data, shape: [data.length / rest.reduce((product, size) => product * size, 1), ...rest] }
}

/** One row for all candidates where it broadcasts, else the same row for each. */
function fedRequest(boundary: Boundary, made: TensorData | undefined, count: number): TensorData {
  const own = made?.data ?? new Float32Array(0)
  if (boundary.shape[0] === 1) return fed(boundary, own)
  return fed(boundary, repeated(own, count))
}
