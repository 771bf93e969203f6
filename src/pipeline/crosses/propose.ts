/** Crosses proposed from data: what the current model has not learned, measured on rows that it has not seen. */
import type { PreparedData } from '../../data/index.js'
import { openPrepared } from '../../data/index.js'
import type { Encoder } from '../../features/index.js'
import type { Bundle } from '../../model/index.js'
import { openBundle } from '../../model/index.js'
import type { LoadedConfig } from '../config-file.js'
import { bundleForeign, crossesNegatives, headNotBinary, validationMissing } from '../errors.js'
import { foreignColumn } from '../foreign-column.js'
import { prepareData } from '../prepare.js'
import type { TrainOptions } from '../train.js'
import { trainBundle } from '../train.js'
import { candidateColumns, openPairs } from './candidates.js'
import type { Estimate } from './folds.js'
import { readCrossRows } from './read-rows.js'
import type { AcceptedCross, RankedCross, SearchResult } from './search.js'
import { searchCrosses } from './search.js'
import { tupleNames } from './tuple-names.js'

export interface ProposeOptions extends Pick<TrainOptions, 'signal' | 'warn' | 'onProgress' | 'onEvent'> {
  /** The current model; without it one is trained first. */
  readonly bundle?: string | undefined
  /** Most crosses proposed. Default 10. */
  readonly top?: number
  /** Columns with more values are left out. Default 10,000. */
  readonly maxValues?: number
  /** Rows that a tuple needs to get a weight. Default 10. */
  readonly minCount?: number
}

/** A pair of features and what crossing them takes off the log loss of validation rows. */
export interface CrossGain {
  readonly features: readonly [string, string]
  readonly gain: number
  /** Ends of the interval, simultaneous over all that was tried. */
  readonly low: number
  readonly high: number
  /** Tuples that got a weight. */
  readonly tuples: number
  /** Share of the validation rows with such a tuple. */
  readonly coverage: number
  /** Rows that the weights were estimated on: `heldOut` (validation alone) or `all` (training rows as well). */
  readonly estimate: Estimate
}

export interface ProposedCross extends CrossGain {
  /** The tuples that gain most: values, what they add to the logit, validation rows, part of the gain. */
  readonly strongest: readonly {
    readonly values: readonly string[]
    readonly weight: number
    readonly rows: number
    readonly gain: number
  }[]
}

export interface ProposeResult {
  readonly bundle: string
  readonly rows: { readonly training: number; readonly validation: number }
  readonly pairs: number
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
  readonly proposed: readonly ProposedCross[]
  /** The best pair that is not proposed. */
  readonly next: CrossGain | null
  /** Of the validation rows: as the model says, with what single columns gain alone, and with the proposed crosses. */
  readonly logLoss: { readonly model: number; readonly before: number; readonly after: number }
  /** What to write into the config; `null` when nothing is proposed. */
  readonly config: string | null
  /** Of the search, without training and scoring. */
  readonly searchSeconds: number
}

/** Proposes crosses for a config's model; trains it first when no bundle is given. */
export async function proposeCrosses(loaded: LoadedConfig, options: ProposeOptions = {}): Promise<ProposeResult> {
  const head = loaded.config.model?.head ?? 'binary'
  if (head !== 'binary') throw headNotBinary({ head })
  if (loaded.config.data.negatives) throw crossesNegatives({ key: 'data.negatives' })
  const prepared = await prepareData(loaded, { onProgress: options.onProgress ?? ((): void => undefined) })
  if (!prepared.rows['validation']) throw validationMissing({ split: 'validation' })
  const directory = options.bundle ?? (await trainBundle(loaded, options)).bundle
  const data = openPrepared(prepared.directory)
  const bundle = await openBundle(directory, { threads: 2 })
  try {
    const column = foreignColumn(bundle, data)
    if (column !== undefined) throw bundleForeign({ bundle: bundle.directory, column })
    return await searchBundle({ bundle, data }, options)
  } finally {
    await bundle.close()
    data.close()
  }
}

interface Opened {
  readonly bundle: Bundle
  readonly data: PreparedData
}

async function searchBundle({ bundle, data }: Opened, options: ProposeOptions): Promise<ProposeResult> {
  const { top = 10, maxValues = 10_000, minCount = 10, onProgress } = options
  const { columns, skipped } = candidateColumns(bundle.config, data.columns, maxValues)
  onProgress?.('scoring training and validation rows')
  const rows = await readCrossRows({ data, bundle, columns })
  const pairs = openPairs(bundle.config, rows.columns)
  const startedAt = performance.now()
  const onRound = (accepted: number): void => onProgress?.(`${String(accepted)} crosses found`)
  onProgress?.(`trying ${String(pairs.length)} pairs`)
  const found = searchCrosses(rows, pairs, { top, minCount, onRound })
  return {
    bundle: bundle.directory,
    rows: { training: rows.firstHeldOut, validation: rows.rowCount - rows.firstHeldOut },
    pairs: pairs.length,
    skipped,
    ...described(found, bundle.encoder),
    searchSeconds: (performance.now() - startedAt) / 1000,
  }
}

type Described = Pick<ProposeResult, 'proposed' | 'next' | 'logLoss' | 'config'>

function described(found: SearchResult, encoder: Encoder): Described {
  const proposed = found.accepted.map((cross) => withNames(cross, encoder))
  const calls = proposed.map(({ features: [a, b] }) => `cross(${quoted(a)}, ${quoted(b)})`)
  return {
    proposed,
    next: found.next && gainOf(found.next),
    logLoss: { model: found.lossOfModel, before: found.lossBefore, after: found.lossAfter },
    config: calls.length > 0 ? `crosses: [${calls.join(', ')}]` : null,
  }
}

/** A TypeScript string in single quotes. */
const quoted = (name: string): string =>
  `'${JSON.stringify(name).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`

function gainOf({ pair, gain, margin, tuples, coverage, estimate }: RankedCross): CrossGain {
  const features = [pair[0].name, pair[1].name] as const
  return { features, gain, low: gain - margin, high: gain + margin, tuples, coverage, estimate }
}

function withNames(cross: AcceptedCross, encoder: Encoder): ProposedCross {
  const gain = gainOf(cross)
  return {
    ...gain,
    strongest: cross.strongest.map(({ ids, ...effect }) => ({
      values: tupleNames(encoder, gain.features, ids),
      ...effect,
    })),
  }
}
