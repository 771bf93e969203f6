/** The reliability diagram as SVG: promised against happened, with intervals, over a histogram of the scores. No script, no font of its own. */
import type { EvaluateResult } from '../pipeline/index.js'
import { countText } from './table.js'

type Reliability = NonNullable<EvaluateResult['reliability']>
type Bin = Reliability['equalMass'][number]

const width = 560
const plot = { left: 64, top: 64, size: 440 }
const histogram = { top: 540, height: 90 }
const height = 690

/** Colours for a light page and for a dark one; every mark also differs by shape. */
const style = `
  .page { fill: #ffffff } .ink { fill: #1f2430 } .soft { fill: #667085 } .grid { stroke: #e4e7ec } .ideal { stroke: #98a2b3 }
  .line { stroke: #1d6fb8 } .dot { fill: #1d6fb8; stroke: #ffffff } .bar { fill: #b7d3ec }
  @media (prefers-color-scheme: dark) {
    .page { fill: #14171f } .ink { fill: #eceff4 } .soft { fill: #98a2b3 } .grid { stroke: #2b303c } .ideal { stroke: #667085 }
    .line { stroke: #6cb4f2 } .dot { fill: #6cb4f2; stroke: #14171f } .bar { fill: #31597d }
  }
  text { font: 12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif } .title { font-size: 16px; font-weight: 600 }
  .number { font-variant-numeric: tabular-nums } .grid, .ideal { stroke-width: 1 } .line { stroke-width: 2; fill: none }
  .ideal { stroke-dasharray: 5 4 } .dot { stroke-width: 1.5 }`

/** Draws the bins of equal mass as points and those of equal width as a histogram. */
export function reliabilitySvg(
  { equalMass, equalWidth, binCount, calibratedBy }: Reliability,
  { rows, source }: { readonly rows: number; readonly source: string },
): string {
  const scale = scaleOf(equalMass)
  const state = calibratedBy === null ? 'not calibrated' : `calibrated by ${calibratedBy}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}" role="img" aria-label="Reliability diagram">`,
    `<style>${style}\n</style>`,
    `<rect class="page" width="100%" height="100%" rx="8"/>`,
    text({ x: plot.left, y: 30, kind: 'ink title' }, 'Reliability'),
    text({ x: plot.left, y: 49, kind: 'soft' }, `${countText(rows)} rows of ${shortened(source)}, ${state}`),
    ...axes(scale),
    ...points(equalMass, scale),
    ...bars(equalWidth, binCount),
    '</svg>\n',
  ].join('\n')
}

/** Paths of files may be long; their end says most. */
const shortened = (source: string): string => (source.length > 36 ? `…${source.slice(-35)}` : source)

/** The far end of both axes: at low rates the plot shows the corner where the rows are. */
function scaleOf(bins: readonly Bin[]): number {
  const most = Math.max(0.01, ...bins.flatMap(({ meanPrediction, high }) => [meanPrediction, high]))
  const candidates = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8]
  return candidates.find((candidate) => candidate >= most) ?? 1
}

const xOf = (value: number, scale: number): number => plot.left + (value / scale) * plot.size
const yOf = (value: number, scale: number): number => plot.top + plot.size - (value / scale) * plot.size
const at = (value: number): string => value.toFixed(1)

interface Place {
  readonly x: number
  readonly y: number
  readonly kind: string
  readonly anchor?: 'start' | 'middle' | 'end'
}

function text({ x, y, kind, anchor = 'start' }: Place, content: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text class="${kind}" x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escaped}</text>`
}

function line(kind: string, [x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): string {
  return `<line class="${kind}" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`
}

function axes(scale: number): string[] {
  const { left, top, size } = plot
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
    const value = share * scale
    const label = String(Number(value.toPrecision(3)))
    return [
      line('grid', [left, yOf(value, scale)], [left + size, yOf(value, scale)]),
      line('grid', [xOf(value, scale), top], [xOf(value, scale), top + size]),
      text({ x: left - 8, y: yOf(value, scale) + 4, kind: 'soft number', anchor: 'end' }, label),
      text({ x: xOf(value, scale), y: top + size + 17, kind: 'soft number', anchor: 'middle' }, label),
    ]
  })
  return [
    ...grid,
    line('ideal', [left, top + size], [left + size, top]),
    text({ x: left + 10, y: top + 18, kind: 'soft' }, '↑ happened'),
    text({ x: left + size - 8, y: top + size - 10, kind: 'soft', anchor: 'end' }, 'promised →'),
  ]
}

function points(bins: readonly Bin[], scale: number): string[] {
  const path = bins.map(({ meanPrediction, meanLabel }, index) => {
    return `${index === 0 ? 'M' : 'L'}${at(xOf(meanPrediction, scale))} ${at(yOf(meanLabel, scale))}`
  })
  return [
    `<path class="line" d="${path.join(' ')}" stroke-opacity="0.45"/>`,
    ...bins.map(({ meanPrediction: x, low, high }) =>
      line('line', [xOf(x, scale), yOf(low, scale)], [xOf(x, scale), yOf(high, scale)]),
    ),
    ...bins.map((bin) => {
      const told = `promised ${bin.meanPrediction.toFixed(4)}, happened ${bin.meanLabel.toFixed(4)}, ${countText(bin.rows)} rows`
      return `<circle class="dot" cx="${at(xOf(bin.meanPrediction, scale))}" cy="${at(yOf(bin.meanLabel, scale))}" r="5"><title>${told}</title></circle>`
    }),
  ]
}

/** How many rows have which score, over [0, 1]. */
function bars(bins: readonly Bin[], count: number): string[] {
  const { top, height: tall } = histogram
  const most = Math.max(1, ...bins.map(({ rows }) => rows))
  const slot = plot.size / count
  const drawn = bins.map(({ meanPrediction, rows }) => {
    const index = Math.min(count - 1, Math.floor(meanPrediction * count))
    const rise = (rows / most) * tall
    return `<rect class="bar" x="${at(plot.left + index * slot + 1)}" y="${at(top + tall - rise)}" width="${at(slot - 2)}" height="${at(rise)}" rx="2"><title>${countText(rows)} rows</title></rect>`
  })
  const base = top + tall
  return [
    ...drawn,
    line('grid', [plot.left, base], [plot.left + plot.size, base]),
    text({ x: plot.left, y: base + 17, kind: 'soft number', anchor: 'middle' }, '0'),
    text({ x: plot.left + plot.size, y: base + 17, kind: 'soft number', anchor: 'middle' }, '1'),
    text(
      { x: plot.left + plot.size / 2, y: base + 17, kind: 'soft', anchor: 'middle' },
      'rows by score, over the whole range',
    ),
  ]
}
