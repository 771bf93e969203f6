/** A comparison as tables: models, differences, the ladder of crosses, slices. */
import type { CompareResult } from '../pipeline/index.js'
import { countText, metricText, textTable } from './table.js'

type Difference = CompareResult['differences'][number]
type LadderComparison = CompareResult['ladders'][number]
type ModelComparison = CompareResult['models'][number]

/** Metrics worth a column, where the model has them. */
const shownMetrics = ['auc', 'logLoss', 'accuracy', 'groupedAuc', 'rmse', 'mae']

/** Everything that `compare` found, for people. */
export function comparisonText(result: CompareResult): string {
  const { metric, models } = result
  const sections = [
    `${countText(result.rows)} rows of the ${result.split} split; ${seedsText(result.seeds.length)}`,
    modelTable(models, metric),
    ...(result.differences.length > 0 ? [differenceTable(result.differences, metric)] : []),
    ...result.ladders.map((ladder) => ladderText(ladder, metric)),
    ...(result.slices ? [sliceText(result.slices, metric)] : []),
    `finished runs are kept in ${result.out}`,
  ]
  return sections.join('\n\n')
}

const seedsText = (count: number): string =>
  count === 1
    ? 'one seed: intervals know nothing of the luck of training'
    : `mean ± standard deviation of ${String(count)} seeds`

function modelTable(models: readonly ModelComparison[], metric: string): string {
  const has = (name: string): boolean => models.some(({ summary }) => summary[name] !== undefined)
  const metrics = [metric, ...shownMetrics.filter((name) => name !== metric && has(name))]
  const rows = models.map((model) => [
    model.name,
    ...metrics.map((one) => summaryText(model, one)),
    countText(model.parameterCount),
    countText(model.wideWeights),
  ])
  return textTable(['model', ...metrics, 'parameters', 'wide weights not 0'], rows)
}

function differenceTable(differences: readonly Difference[], metric: string): string {
  const rows = differences.map((one) => [`${one.model} against ${one.reference}`, ...differenceCells(one)])
  return textTable([`difference in ${metric}`, 'mean', '95 % interval', 'verdict'], rows)
}

function ladderText({ config, models, differences }: LadderComparison, metric: string): string {
  const counts = [...new Set(models.map(({ crosses }) => crosses))]
  const rows = counts.map((count) => {
    const [joint, ensemble] = models.filter(({ crosses }) => crosses === count)
    const between = differences.find(({ model, reference }) => model === joint?.name && reference === ensemble?.name)
    return [
      String(count),
      summaryText(joint, metric),
      summaryText(ensemble, metric),
      ...(between ? differenceCells(between) : ['–', '–', '–']),
      countText(joint?.parameterCount ?? 0),
      countText(ensemble?.parameterCount ?? 0),
    ]
  })
  const header = ['crosses', `joint ${metric}`, `ensemble ${metric}`, 'joint − ensemble', '95 % interval', 'verdict']
  return [
    ...(config === '' ? [] : [config]),
    textTable([...header, 'joint parameters', 'ensemble parameters'], rows),
    '',
    differenceTable(fewerAgainstAll(differences), metric),
  ].join('\n')
}

/** Differences within the joint models, and within the ensembles. */
function fewerAgainstAll(differences: readonly Difference[]): Difference[] {
  const kind = (name: string): string => name.replace(/, \d+ cross(es)?$/, '')
  return differences.filter(({ model, reference }) => kind(model) === kind(reference))
}

function sliceText({ columns, slices }: NonNullable<CompareResult['slices']>, metric: string): string {
  const names = slices[0]?.models.map(({ name }) => name) ?? []
  const rows = names.map((name, index) => [name, ...slices.map(({ models }) => summaryText(models[index], metric))])
  const header = slices.map(({ name, rows: count }) => `${name} (${countText(count)} rows)`)
  return [
    `${metric} by how often training saw the pair of ${columns.join(' and ')}`,
    '',
    textTable(['model', ...header], rows),
  ].join('\n')
}

function differenceCells({ value, low, high, verdict }: Difference): string[] {
  return [signedText(value), `${signedText(low)} … ${signedText(high)}`, verdict]
}

const signedText = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`

interface Summarized {
  readonly summary: ModelComparison['summary']
  readonly runs: readonly unknown[]
}

function summaryText(model: Summarized | undefined, metric: string): string {
  const one = model?.summary[metric]
  if (!one) return '–'
  // One run has no deviation: 0 would look like a model that never varies.
  return model.runs.length > 1 ? `${metricText(one.mean)} ± ${metricText(one.deviation)}` : metricText(one.mean)
}
