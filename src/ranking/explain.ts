/**
 * Why a row has its logit: `logit = baseline + bias + wide weights + crosses + deep part by column + residue`. Nothing is redistributed:
 * what the parts leave is a line of its own.
 */
import type { Attribution, TensorData } from '../graph/index.js'
import { compileAttribution, operations } from '../graph/index.js'
import type { Bundle } from '../model/index.js'
import { createNetwork, inputNames } from '../model/index.js'
import { deepParts } from './deep-parts.js'
import { encodeExplained } from './explained-row.js'
import type { ExplainedRow } from './explained-row.js'
import type { Explanation, ExplanationPart } from './explanation.js'
import { explanationWords } from './explanation-words.js'
import type { TitleOf } from './explanation-words.js'
import type { RawRow } from '../features/index.js'
import { wideParts } from './wide-parts.js'

export interface ExplainOptions {
  /** The row that the deep part is compared with. Default: one of which nothing is known, as the encoder reads missing values. */
  readonly baseline?: RawRow
  /** What people call a value in the sentences, such as the title of an item; its key without it. */
  readonly titleOf?: TitleOf
}

/** Explains rows of one bundle; the backward pass is compiled once. */
export interface Explainer {
  explain(row: RawRow, options?: ExplainOptions): Promise<Explanation>
  close(): Promise<void>
}

/** Explains one row (features of user, context and item) and forgets the compiled pass again. */
export async function explain(bundle: Bundle, row: RawRow, options: ExplainOptions = {}): Promise<Explanation> {
  const explainer = await openExplainer(bundle)
  try {
    return await explainer.explain(row, options)
  } finally {
    await explainer.close()
  }
}

/** A column of zeros with a one at the explained class: an input, since the class may depend on the row. */
const classInput = 'explained/class'
const biasName = 'bias'

/**
 * Compiles the backward pass of a bundle's logit; throws `MODEL_ARCHITECTURE_ABSENT` where the architecture was defined in a config.
 * The bundle must stay open.
 */
export async function openExplainer(bundle: Bundle): Promise<Explainer> {
  const { logit, inputs } = createNetwork(bundle.model, bundle.layout).inferenceLogit()
  const { logitWidth } = bundle.model.output
  const constants = bundle.denseWeights()
  const attribution = await compileAttribution({
    output: operations.matmul(logit, logit.graph.input(classInput, [logitWidth, 1])),
    inputs: Object.fromEntries(inputs),
    constants,
  })
  const bias = constants[biasName] ?? new Float32Array(logitWidth)
  return {
    explain: (row, options) => explainRow({ bundle, attribution, bias }, row, options),
    close: () => attribution.close(),
  }
}

interface ExplainerParts {
  readonly bundle: Bundle
  readonly attribution: Attribution
  readonly bias: Float32Array
}

async function explainRow(
  { bundle, attribution, bias }: ExplainerParts,
  raw: RawRow,
  { baseline: baselineRow = {}, titleOf }: ExplainOptions = {},
): Promise<Explanation> {
  const row = encodeExplained(bundle, raw)
  const baseline = encodeExplained(bundle, baselineRow)
  const logits = await bundle.logits(row.features)
  const explained = explainedClass(bundle, logits)
  const inputs: Record<string, TensorData> = {
    ...bundle.networkInputs(row.features),
    [classInput]: oneOf(explained, logits.length),
  }
  const reference = referenceInputs(bundle, baseline)
  const attributed = await attribution.attribute(inputs, reference)
  const deep = inputNames.deep
  const biasPart = part('bias', bias[explained] ?? 0)
  const baselineLogit = attributed.reference - biasPart.contribution
  const found = [
    biasPart,
    ...wideParts(bundle, row, attributed.multipliers),
    ...deepParts(bundle, {
      row,
      baseline,
      multipliers: attributed.multipliers[deep] ?? new Float64Array(0),
      values: Float64Array.from(inputs[deep]?.data ?? []),
      baselineValues: Float64Array.from(reference[deep]?.data ?? []),
    }),
  ]
  const logit = logits[explained] ?? Number.NaN
  const sum = found.reduce((total, { contribution }) => total + contribution, baselineLogit)
  const parts = [...found, part('residue', logit - sum)]
  const [score = Number.NaN] = await bundle.score(row.features)
  return {
    logit,
    score,
    head: bundle.model.head,
    calibration: bundle.calibration?.method ?? null,
    label: bundle.model.output.logitWidth > 1 ? (bundle.model.output.labels[explained] ?? null) : null,
    method: attribution.method,
    baseline: { logit: baselineLogit, row: baselineRow },
    parts,
    words: explanationWords(bundle.config, parts, titleOf),
  }
}

const part = (kind: 'bias' | 'residue', contribution: number): ExplanationPart => ({
  kind,
  columns: [],
  values: [],
  value: '',
  contribution,
})

/** The class that ranks where one alone does, else the one with the largest logit. */
function explainedClass({ model }: Bundle, logits: Float32Array): number {
  const weights = model.output.rankWeights ?? []
  const ranking = weights.flatMap((weight, place) => (weight === 0 ? [] : [place]))
  return ranking.length === 1 ? (ranking[0] ?? 0) : logits.indexOf(Math.max(...logits))
}

const oneOf = (place: number, count: number): TensorData => ({
  data: Float32Array.from({ length: count }, (_, index) => Number(index === place)),
  shape: [count, 1],
})

/** The deep input of the baseline; the wide part is compared with nothing, so that its weights are its contributions. */
function referenceInputs(bundle: Bundle, baseline: ExplainedRow): Record<string, TensorData> {
  const inputs = bundle.networkInputs(baseline.features)
  for (const name of [inputNames.wide, inputNames.wideNumbers]) inputs[name]?.data.fill(0)
  return inputs
}
