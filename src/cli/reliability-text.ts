/** Reliability as text: a table whose last column is a plot, since a curve off the promise is seen before it is read. */
import type { EvaluateResult } from '../pipeline/index.js'
import { countText, metricText, textTable } from './table.js'

type Reliability = NonNullable<EvaluateResult['reliability']>
type Bin = Reliability['equalMass'][number]
type BySegment = NonNullable<Reliability['by']>

const plotWidth = 44
/** Segments printed; `--json` has all. */
const mostSegments = 20

/** Bins and segments; the bins of equal mass, those of equal width stand in `--json` and in the diagram. */
export function reliabilityText({ calibratedBy, equalMass, by }: Reliability): string {
  const state = calibratedBy === null ? 'not calibrated' : `calibrated by ${calibratedBy}`
  const parts = [`reliability in bins of equal mass (${state}):`, '', binTable(equalMass), '', legend]
  return [...parts, ...(by ? ['', segmentText(by)] : [])].join('\n')
}

const legend = '○ promised   ● happened   ◉ both at one place   ─ 95 % interval of what happened'

function binTable(bins: readonly Bin[]): string {
  const scale = scaleOf(bins)
  const rows = bins.map((bin) => [
    `${metricText(bin.from)} – ${metricText(bin.to)}`,
    countText(bin.rows),
    metricText(bin.meanPrediction),
    metricText(bin.meanLabel),
    `${metricText(bin.low)} – ${metricText(bin.high)}`,
    plotLine(bin, scale),
  ])
  const axis = `0${' '.repeat(Math.max(0, plotWidth - 1 - scale.toFixed(2).length))}${scale.toFixed(2)}`
  return textTable(['score', 'rows', 'promised', 'happened', '95 % interval', axis], rows)
}

/** The right end of the plot: a rounded number that all bins stay below. */
function scaleOf(bins: readonly Bin[]): number {
  const most = Math.max(0.01, ...bins.flatMap(({ meanPrediction, high }) => [meanPrediction, high]))
  return Math.min(1, Math.ceil(20 * most) / 20)
}

function plotLine({ meanPrediction, meanLabel, low, high }: Bin, scale: number): string {
  const cellOf = (value: number): number =>
    Math.min(plotWidth - 1, Math.max(0, Math.round((value / scale) * (plotWidth - 1))))
  const cells: string[] = Array.from({ length: plotWidth }, (_, cell) =>
    cell >= cellOf(low) && cell <= cellOf(high) ? '─' : ' ',
  )
  cells[cellOf(meanPrediction)] = '○'
  cells[cellOf(meanLabel)] = cellOf(meanLabel) === cellOf(meanPrediction) ? '◉' : '●'
  return cells.join('').trimEnd()
}

function segmentText({ column, minimumRows, segments, smallCount }: BySegment): string {
  const rows = segments
    .slice(0, mostSegments)
    .map((segment) => [
      segment.value,
      countText(segment.rows),
      metricText(segment.meanPrediction),
      metricText(segment.meanLabel),
      metricText(segment.calibration),
      metricText(segment.expectedCalibrationError),
      signed(segment.standardErrors),
      ratioBar(segment.calibration),
    ])
  const more = Math.max(0, segments.length - mostSegments)
  const left = [
    ...(more > 0 ? [`${countText(more)} more in --json`] : []),
    ...(smallCount > 0 ? [`${countText(smallCount)} with fewer than ${countText(minimumRows)} rows left out`] : []),
  ]
  const axis = '½      right      2'
  const header = [column, 'rows', 'promised', 'happened', 'ratio', 'ece', 'std. errors', axis]
  return [textTable(header, rows), ...(left.length > 0 ? ['', left.join('; ')] : [])].join('\n')
}

function signed(value: number | null): string {
  if (value === null) return '–'
  return `${value > 0 ? '+' : ''}${value.toFixed(1)}`
}

/** promised / happened between one half and two, on a logarithmic line with its middle marked. */
function ratioBar(ratio: number | null): string {
  const half = 9
  const cells: string[] = Array.from({ length: 2 * half + 1 }, (_, cell) => (cell === half ? '│' : '·'))
  if (ratio === null) return cells.join('')
  cells[Math.round(half + half * Math.min(1, Math.max(-1, Math.log2(ratio))))] = '●'
  return cells.join('')
}
