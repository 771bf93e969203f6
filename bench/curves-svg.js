/** Curves as SVG, a point for each measurement; dark on white, so that it can be read on any page. */

const size = { width: 720, height: 440, left: 64, right: 24, top: 24, bottom: 56 }
const lineHeight = 18
const colours = ['#1b6ca8', '#c2410c', '#6b7280', '#15803d', '#7c3aed']

/**
 * Draws curves of `{ name, points: [{ x, y }] }`. `x`: `{ label, isLogarithmic }`; on a logarithmic axis a point at 0 stands at the left edge.
 * `y`: `{ label, from }`, the axis begins at `from` or, without, below the lowest point.
 */
export function curvesSvg(curves, { x, y }) {
  const points = curves.flatMap((curve) => curve.points)
  const inner = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom }
  const across = x.isLogarithmic ? logarithmic(points.map((point) => point.x)) : linear(points.map((point) => point.x))
  const up = linear([...points.map((point) => point.y), ...(y.from === undefined ? [] : [y.from])])
  const placeOf = (point) => [
    size.left + inner.width * across.share(point.x),
    size.top + inner.height * (1 - up.share(point.y)),
  ]
  const legend = legendOf(curves, points.map(placeOf))
  const parts = [
    ...up.ticks.map((tick) => {
      const [, height] = placeOf({ x: 0, y: tick })
      return (
        line([size.left, height], [size.width - size.right, height]) +
        text([size.left - 8, height + 4], up.name(tick), { anchor: 'end' })
      )
    }),
    ...across.ticks.map((tick) => {
      const [left] = placeOf({ x: tick, y: 0 })
      return text([left, size.height - size.bottom + 20], across.name(tick), { anchor: 'middle' })
    }),
    text([size.left + inner.width / 2, size.height - 12], x.label, { anchor: 'middle' }),
    text([12, 16], y.label, { anchor: 'start' }),
    ...curves.map((curve, index) => curveOf(curve.points.map(placeOf), colours[index % colours.length])),
    ...legend,
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`
}

/** An axis: its ticks, their names, and the place of a value from 0 to 1. It begins and ends at a tick. */
function linear(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const power = 10 ** Math.floor(Math.log10((most - least) / 4 || 1))
  const step = power * [1, 2, 5].findLast((factor) => factor * power <= ((most - least) / 4 || 1))
  const [low, high] = [Math.floor(least / step + 1e-9), Math.ceil(most / step - 1e-9)]
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, tick) => (low + tick) * step),
    name: (tick) => tick.toFixed(digits),
    share: (value) => (value / step - low) / (high - low || 1),
  }
}

/** Powers of ten; what is not above 0 is at the left edge. */
function logarithmic(values) {
  const powers = values.filter((value) => value > 0).map((value) => Math.log10(value))
  const [low, high] = [Math.min(...powers) - 0.15, Math.max(...powers)]
  return {
    ticks: Array.from({ length: 12 }, (_, power) => power)
      .filter((power) => power >= low && power <= high)
      .map((power) => 10 ** power),
    name: (tick) => tick.toLocaleString('en'),
    share: (value) => (value > 0 ? (Math.log10(value) - low) / (high - low) : 0),
  }
}

/** Names of curves on the right, one below the other: at the bottom, in the middle or at the top, where no point lies. */
function legendOf(curves, places) {
  const height = lineHeight * curves.length
  const [top, bottom] = [size.top + lineHeight, size.height - size.bottom - 12 - height]
  const isFree = (first) =>
    !places.some(([x, y]) => x > size.width / 2 && y > first - lineHeight && y < first + height + lineHeight / 2)
  const first = [bottom, (top + bottom) / 2, top].find(isFree) ?? bottom
  return curves.map(({ name }, index) => {
    const fill = colours[index % colours.length]
    return text([size.width - size.right - 8, first + lineHeight * (index + 1)], name, { anchor: 'end', fill })
  })
}

function curveOf(places, colour) {
  const path = places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`)
  const dots = places.map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3.5" fill="${colour}"/>`)
  return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`
}

const line = ([x1, y1], [x2, y2]) =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="#e5e7eb"/>`

const text = ([x, y], words, { anchor, fill = '#374151' }) =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${fill}">${words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`
