/** Two small plots as SVG: a line with a dot for every point, and bars. Colours come from the page. */

export interface PlotPoint {
  readonly x: number
  readonly y: number
  /** Drawn as one that counts; the others stand out. */
  readonly isGood: boolean
}

const width = 760
const height = 220
const margin = { left: 64, right: 16, top: 12, bottom: 28 }

/** Both axes span the values: differences between good models are small, and a zero would hide them. */
export function lineChart(points: readonly PlotPoint[]): string {
  const [lowX, highX] = spanOf(points.map(({ x }) => x))
  const [lowY, highY] = spanOf(points.map(({ y }) => y))
  const place = ({ x, y }: PlotPoint): readonly [string, string] => [
    (margin.left + ((x - lowX) / (highX - lowX)) * (width - margin.left - margin.right)).toFixed(1),
    (height - margin.bottom - ((y - lowY) / (highY - lowY)) * (height - margin.top - margin.bottom)).toFixed(1),
  ]
  const bottom = String(height - margin.bottom)
  return [
    `<svg viewBox="0 0 ${String(width)} ${String(height)}" role="img">`,
    `<line class="axis" x1="${String(margin.left)}" y1="${bottom}" x2="${String(width - margin.right)}" y2="${bottom}"/>`,
    `<text x="4" y="${String(margin.top + 8)}">${highY.toFixed(4)}</text><text x="4" y="${bottom}">${lowY.toFixed(4)}</text>`,
    `<polyline class="curve" points="${points.map((point) => place(point).join(',')).join(' ')}"/>`,
    ...points.map((point) => {
      const [x, y] = place(point)
      const label = `${String(point.x)}: ${point.y.toFixed(4)}`
      return `<circle class="dot${point.isGood ? '' : ' bad'}" cx="${x}" cy="${y}" r="4"><title>${label}</title></circle><text x="${x}" y="${String(height - 8)}" text-anchor="middle">${String(point.x)}</text>`
    }),
    '</svg>',
  ].join('')
}

/** Bars from zero, one line each. */
export function barChart(bars: readonly { readonly label: string; readonly value: number }[]): string {
  if (bars.length === 0) return ''
  const line = 24
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  const lines = bars.map(({ label, value }, index) => {
    const [y, length] = [index * line, (value / most) * (width - 220)]
    return `<text x="0" y="${String(y + 16)}">${label}</text><rect class="bar" x="90" y="${String(y + 5)}" width="${length.toFixed(1)}" height="14" rx="2"/><text x="${(length + 98).toFixed(1)}" y="${String(y + 16)}">${value.toFixed(1)}</text>`
  })
  return `<svg viewBox="0 0 ${String(width)} ${String(bars.length * line)}" role="img">${lines.join('')}</svg>`
}

/** The least and the greatest value, apart from each other. */
function spanOf(values: readonly number[]): [low: number, high: number] {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return high > low ? [low, high] : [low - 0.5, high + 0.5]
}
