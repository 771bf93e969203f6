/** The gate as one function: both bundles as loaded from disk, on the same rows, judged by the limits of the config. */
import { suggestion } from '../base/index.js'
import { metricDeclarations } from '../evaluation/index.js'
import type { Segments } from '../evaluation/index.js'
import type { Config } from '../features/index.js'
import { judge, resolveLimits } from '../gate/index.js'
import type { GateLimits, JudgedModel, Judgement } from '../gate/index.js'
import { heads, openBundle } from '../model/index.js'
import type { Bundle } from '../model/index.js'
import { gateForeign, metricUnknown } from './errors.js'
import { latencies, servingBytes } from './gate-costs.js'
import { requireSameRows, rowsOf } from './gate-rows.js'
import type { ModelRows, RowsSource } from './gate-rows.js'
import { segmentsOf } from './segments.js'

export interface GateOptions extends RowsSource {
  readonly challenger: string
  /** Without one nothing is compared: the best verdict is `RUBBER_STAMPED`. */
  readonly champion?: string | undefined
}

/** A plain object, for a registry to keep. */
export interface GateResult extends Judgement {
  readonly challenger: string
  readonly champion: string | null
  readonly metric: string
  readonly rows: number
  readonly source: string
  readonly limits: GateLimits
  readonly warnings: readonly string[]
}

/** Judges a challenger against a champion. */
export async function gateModels(options: GateOptions): Promise<GateResult> {
  const challenger = await openBundle(options.challenger, { threads: 2 })
  try {
    const champion = options.champion === undefined ? null : await openBundle(options.champion, { threads: 2 })
    try {
      return await gateOpen({ challenger, champion }, options)
    } finally {
      await champion?.close()
    }
  } finally {
    await challenger.close()
  }
}

interface Opened {
  readonly challenger: Bundle
  readonly champion: Bundle | null
}

async function gateOpen({ challenger, champion }: Opened, options: GateOptions): Promise<GateResult> {
  if (champion) requireSameQuestion(challenger, champion)
  const declared = options.loaded?.config.gate ?? challenger.config.gate
  const { metric, isHigherBetter } = gateMetric(challenger, declared)
  const own = await rowsOf(challenger, options)
  try {
    const other = champion && (await rowsOf(champion, options))
    try {
      if (other) requireSameRows(own, other)
      const models = await judgedModels([
        { bundle: challenger, rows: own },
        ...(champion && other ? [{ bundle: champion, rows: other }] : []),
      ])
      const groups = await own.encoded.dataset.groups()
      const { labels, weights, width, labelWidth } = own
      const limits = resolveLimits(declared)
      const judgement = judge({
        head: challenger.model.head,
        metric,
        isHigherBetter,
        rows: { labels, weights, width, labelWidth, ...(groups ? { groups } : {}) },
        challenger: models[0] ?? { scores: own.scores, servingBytes: 0, latencyMs: 0 },
        champion: models[1] ?? null,
        slices: other ? await slicesOf(challenger, own, declared?.slices) : new Map(),
        limits,
      })
      return {
        ...judgement,
        challenger: options.challenger,
        champion: options.champion ?? null,
        metric,
        rows: own.encoded.dataset.rowCount,
        source: own.source,
        limits,
        warnings: own.encoded.warnings,
      }
    } finally {
      await other?.encoded.close()
    }
  } finally {
    await own.encoded.close()
  }
}

async function judgedModels(models: readonly { bundle: Bundle; rows: ModelRows }[]): Promise<JudgedModel[]> {
  const times = await latencies(models.map(({ bundle, rows }) => ({ bundle, dataset: rows.encoded.dataset })))
  return models.map(({ bundle, rows }, index) => ({
    scores: rows.scores,
    servingBytes: servingBytes(bundle.directory),
    latencyMs: times[index] ?? 0,
  }))
}

function requireSameQuestion(challenger: Bundle, champion: Bundle): void {
  const classesOf = ({ featureState }: Bundle): string => (featureState.labels ?? []).join(', ')
  const pairs: [what: string, expected: string, got: string][] = [
    ['head', challenger.model.head, champion.model.head],
    ['list of classes', classesOf(challenger), classesOf(champion)],
  ]
  for (const [what, expected, got] of pairs) if (expected !== got) throw gateForeign({ what, expected, got })
}

/** The metric that decides; what training watched counts where it is one of single rows. */
function gateMetric({ config, model }: Bundle, declared: Config['gate']): { metric: string; isHigherBetter: boolean } {
  const known = metricDeclarations.filter(({ better, heads: of }) => better !== 'neither' && of.includes(model.head))
  const find = (name: string | undefined): (typeof known)[number] | undefined => known.find((one) => one.name === name)
  const chosen =
    declared?.metric === undefined
      ? (find(config.training?.metric) ?? find(heads[model.head].defaultMetric))
      : find(declared.metric)
  if (chosen) return { metric: chosen.name, isHigherBetter: chosen.better === 'higher' }
  const metric = String(declared?.metric)
  const hint = suggestion(
    metric,
    known.map(({ name }) => name),
  )
  throw metricUnknown({ asked: 'gate.metric', metric, hint })
}

/** Values of a column that slices are made by without being asked for. */
const mostSlices = 50

async function slicesOf(
  bundle: Bundle,
  { encoded }: ModelRows,
  columns: readonly string[] | undefined,
): Promise<Map<string, Segments>> {
  const few = [...bundle.encoder.features].flatMap(([name, { shape }]) =>
    shape.kind === 'ids' && !shape.isMultivalent && shape.idCount <= mostSlices ? [name] : [],
  )
  const slices = new Map<string, Segments>()
  for (const column of columns ?? few)
    slices.set(column, await segmentsOf({ bundle, dataset: encoded.dataset, kept: null }, column))
  return slices
}
